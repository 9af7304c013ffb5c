"""The platform's HTTP: WeChat's API, sign-in, the phone page, and the control API of tests."""
