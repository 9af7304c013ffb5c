"""What tests of several rooms share: servers to start and to disturb."""
