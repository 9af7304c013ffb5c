"""WeChat Pay, API v3, for one merchant: what api.mch.weixin.qq.com and a phone's pay sheet do.

merchant       the merchant's number, keys and certificate, and the platform's own key
refusals       how WeChat Pay says no, and why, for the log
signatures     whether a request is the merchant's; how answers and notifications are signed and sealed
asked          documents of requests, field by field
orders         what may be paid and what was
refunds        what goes back, which takes its time
notices        what the merchant is told, again and again until it says that it heard
bills          what happened on a day, in yuan
sheet          what a person sees and does when a page or a code asks for money
desk           all of these, wired, and the hand of the clock
"""
