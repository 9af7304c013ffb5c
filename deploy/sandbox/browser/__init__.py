"""The phone's browser: a proxy on its own port that shows the account's pages as WeChat's browser does.

cookies        each user's own, kept as browsers keep them
addresses      the account's public address out there, this port in here
door           requests passed on, answers streamed back
inside         what WeChat's browser itself answers: sign-in, JS-SDK, which user this is
bridge.js      WeixinJSBridge; jweixin.js: wx
"""
