"""A WeChat platform on the developer's desk: a process of its own, reached only through configured addresses.

Strict where WeChat is, and telling where WeChat is silent: whatever it refuses it explains in its log.

settings, account      what the platform is, and the one account it serves
platform               all parts of one running platform
database, timing       its own SQLite file, its own clock (which tests may turn forward)
crypto, envelopes      signatures, AES and XML, written from WeChat's documents; shares no code with the gateway
callback, replies      what the platform pushes to the account, and what it reads from the answer
people, actions        users, and what a person does with the phone
tokens, templates, sending, menu, oauth, qrcodes, jssdk            what the account may ask of WeChat
cards/                 coupons: what they must look like, what pages sign for, the wallet
pay/                   WeChat Pay, API v3, and the pay sheet
doors/                 HTTP: the API, sign-in, the phone page, and the control API of tests
browser/               the phone's browser: a proxy with WeChat's user agent in front of the gateway
phone/                 the page that shows the phone
"""
