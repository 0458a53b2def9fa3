"""What candidates of an exam with ProctorU accept beside the course's terms; an operator's own text replaces it."""

from __future__ import annotations

from ...domain.terms import ServiceTerms

TERMS = ServiceTerms(
    version="1",
    texts={
        "fr": (
            "Surveillance par ProctorU. Un surveillant de la société ProctorU (Meazure Learning, États-Unis) me "
            "voit et m’entend pendant toute l’épreuve, voit mon écran et l’enregistre avec l’image et le son.\n\n"
            "Données transmises. Mes nom et prénom, mon adresse électronique, mon numéro de téléphone, mon "
            "adresse, mon pays et mon fuseau horaire sont transmis à ProctorU quand je prends rendez-vous.\n\n"
            "Identité. Une pièce d’identité et mon visage sont photographiés avant l’épreuve.\n\n"
            "Logiciel. Le surveillant me fait exécuter un logiciel de partage d’écran ; il peut prendre la main "
            "sur mon ordinateur pendant la connexion, et seulement pendant celle-ci."
        ),
        "en": (
            "Proctoring by ProctorU. A proctor of ProctorU (Meazure Learning, United States) sees and hears me "
            "during the whole exam, sees my screen, and records it with picture and sound.\n\n"
            "Data passed on. My first and last name, e-mail address, phone number, address, country and time zone "
            "are given to ProctorU when I book an appointment.\n\n"
            "Identity. An identity document and my face are photographed before the exam.\n\n"
            "Software. The proctor has me run screen-sharing software; they may take control of my computer while "
            "the connection is open, and only then."
        ),
    },
)
