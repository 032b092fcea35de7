//! The papers in English.

use super::{Change, Clause};

pub(super) const NOTICE: [Clause; 10] = [
    (
        "4. Purpose and legal basis",
        "We use the client register to look after the client relationship and to keep clients safe. It is used by the clinic's staff and by the rental-chair and contract entrepreneurs who work on the clinic's premises.\n\
         Contact details and treatments are processed because of the client relationship (Article 6(1)(b) of the GDPR). We process health information only with your explicit consent (Article 9(2)(a)). You can withdraw it at any time, and then we erase your health information. Marketing rests on a permission that we have asked of you.",
    ),
    (
        "5. What the register holds",
        "Name, year of birth and contact details.\n\
         Where needed, skin diseases and other health information that may affect a treatment.\n\
         Treatments given, and whether a separate contract was made.\n\
         Permission for or objection to marketing, and your requests about data protection.\n\
         Of a date of birth we keep the year only. We never keep a personal identity code.",
    ),
    (
        "6. Where it comes from",
        "You tell us yourself when we interview you. Depending on the treatment you may fill in a separate contract, which is kept on paper in a safe; the register only notes that there is one.\n\
         Giving us information is voluntary. You may refuse to have it stored, or give your contact details only. If a treatment is not safe without health information that you do not wish to give, we may decline the treatment.",
    ),
    (
        "7. Disclosure",
        "We do not pass your information on. If we send you notices by e-mail, our e-mail service processes your address and the message on our behalf.",
    ),
    (
        "8. Transfer outside the EU or EEA",
        "We do not transfer information outside the EU or the EEA.",
    ),
    (
        "9. Protection and retention",
        "The information lies on the clinic's own computers on our premises, not on anybody else's server. It is encrypted on disk. The premises keep the register the same by exchanging information with each other only, over an encrypted line on which both computers prove who they are. Backups are encrypted and at most 35 days old.\n\
         Every user has a user name and password of their own and sees only what their work needs. No card opens before its user has given a dated undertaking of confidentiality. Whenever a card is opened, it is logged who did so, when and why.\n\
         A treatment is erased five years after it was given, and health information five years after it was recorded or last confirmed at a visit. The whole card is erased five years after the last visit. Requests about data protection are kept for five years after they were closed, and the access log for two years.",
    ),
    (
        "10. Right of access",
        "You may ask to see everything held on you, and also when and why your card was opened. You may ask in any way you like: at a visit, by phone, by e-mail or by letter. We make sure who you are before we give any information, but we do not ask for your personal identity code. We answer without delay, and within a month at the latest.",
    ),
    (
        "11. Right to rectification and erasure",
        "If something is wrong, we correct it at your request without undue delay. If you wish, we also remove the old value from the change history. When the client relationship has ended, you may ask for your information to be erased at once. You may ask in any way you like.",
    ),
    (
        "12. Marketing and other rights",
        "If you have given permission, we send you a notice 0 to 12 times a year about treatment days, new treatments or events. It may also concern the rental-chair and contract entrepreneurs on the same premises. You may object to marketing at any time, and the objection works at once. We do not use your information for market or opinion surveys.\n\
         You may also ask us to restrict processing, object to processing, and receive what you have given us in a machine-readable form to pass it on. We make no automated decisions and no profiles.",
    ),
    (
        "13. Right to complain",
        "If you think that we process your information against the law, you may complain to the Data Protection Ombudsman: www.tietosuoja.fi/en.",
    ),
];

pub(super) const RECORD: [Clause; 7] = [
    (
        "Purposes of the processing",
        "Clients: looking after the client relationship, client safety, and marketing to those who gave permission.\n\
         Users: managing access and supervising the processing.",
    ),
    (
        "Categories of data subjects and of personal data",
        "Clients: name, year of birth and contact details; skin diseases and other health information that affects a treatment (special category, Article 9); treatments given, and whether a separate contract was made; marketing permission; requests about data protection.\n\
         Users (staff, reception, rental-chair and contract entrepreneurs): name, role, hash of the password, dates of the undertaking and the agreement, access log.",
    ),
    (
        "Categories of recipients",
        "The register is used by rental-chair and contract entrepreneurs on the clinic's premises, with whom the processing has been agreed. Nothing is disclosed to others.",
    ),
    ("Transfers outside the EU or EEA", "None."),
    (
        "Time limits for erasure",
        "Treatment, contract or health entry: 5 years from its date; a health entry from when it was last confirmed.\n\
         Client card: 5 years from the last visit, or from its creation if there was none.\n\
         Requests about data protection: 5 years from their end. Certificates of erasure: 5 years.\n\
         Breaches: 5 years from their end.\n\
         Access log: 2 years. Former users: 2 years.",
    ),
    (
        "Technical and organisational security measures",
        "The data lies only on the premises' own computers, encrypted on disk. The line between the premises is encrypted and mutually authenticated (TLS 1.3). Backups are encrypted and kept for at most 35 days.\n\
         Personal user names and passwords, an optional second factor, lockout, rights by role. An undertaking of confidentiality before use. Opened cards and changes are logged.",
    ),
    (
        "Processors",
        "No outside service provider processes the register.\n\
         When notices are sent by e-mail, the clinic's e-mail service processes the recipient's address and the message.",
    ),
];

pub(super) const UNDERTAKING: [&str; 4] = [
    "I undertake to keep secret whatever I learn of the clinic's clients and of other confidential matters. This also holds after my work or contract at the clinic has ended.",
    "I look at and process client information only when my work requires it. I know that it is logged whenever a card is opened.",
    "I give my user name and password to nobody, do not copy client information elsewhere and do not take it with me. I say so at once if I suspect that information has come into the wrong hands.",
    "I process the information as the controller instructs (Articles 29 and 32(4) of the GDPR).",
];

pub(super) const CHANGES: [Change; 9] = [
    (
        "1–3. Controller, contact person, name of the register",
        "Written into the text by hand.",
        "Taken from the clinic's settings, as in exports and packages.",
        "It changes in one place and is the same in every paper.",
    ),
    (
        "4. Purpose",
        "Client relationship and client safety; the legal basis was not named.",
        "The same purpose; with the legal basis, explicit consent for health information.",
        "Article 13 of the GDPR requires the basis and the right to withdraw consent to be told.",
    ),
    (
        "5. Content",
        "Name, year of birth, contact details, health information when needed, treatments, whether a separate contract was made.",
        "The same; also marketing permission and requests, and that no personal identity code is kept.",
        "These too are held on clients, who should know of them.",
    ),
    (
        "7. Disclosure",
        "Information is not passed on.",
        "Information is not passed on; the e-mail service is named.",
        "Article 13 of the GDPR asks to say who processes information on our behalf.",
    ),
    (
        "9. Protection",
        "The data lies on an outside provider's server behind a firewall.",
        "The data lies encrypted on the clinic's own computers on the premises and moves between them only.",
        "The data is no longer with an outsider.",
    ),
    (
        "9. Retention",
        "Five years, then the data is erased.",
        "Five years from an entry's date, and for the card from the last visit; erasure happens by itself.",
        "It says from when the time counts. The time itself stays.",
    ),
    (
        "10. Access",
        "The request is made at a visit in person.",
        "The request may be made at a visit, by phone, by e-mail or otherwise; an answer within a month.",
        "The law does not allow a visit to be demanded (Article 12); identity is checked in other ways too.",
    ),
    (
        "11. Rectification and erasure",
        "The request is made at a visit; erasure when the relationship has ended.",
        "The request may be made in any way; on request the old value also leaves the history.",
        "As in clause 10; erasure now reaches every computer.",
    ),
    (
        "12–13. Other rights",
        "Objection to marketing; no other rights were named. The law named was the old Personal Data Act.",
        "Also restriction, objection, portability, and complaint to the Data Protection Ombudsman.",
        "That act has been repealed; the GDPR (EU) 2016/679 requires these to be told.",
    ),
];
