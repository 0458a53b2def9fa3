"""Django settings of the tests and the demo campus; inside Open edX the platform's own are used."""
