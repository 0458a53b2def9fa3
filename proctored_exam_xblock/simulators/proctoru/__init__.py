"""A stand-in for ProctorU's ad-hoc booking API, its proctor's seat and its candidate's room."""
