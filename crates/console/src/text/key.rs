//! The change of a node's key.

use crate::text::texts;

texts! {
    key_title: "Vaihda koneen avain", "Byt datorns nyckel", "Change this computer's key";
    key_lead: "Kone todistaa avaimellaan muille toimipisteille olevansa se, joka se on. Vaihda avain, jos epäilet, että joku on päässyt koneen tiedostoihin tai kopioinut ne.",
        "Med sin nyckel visar datorn för de andra verksamhetsställena vem den är. Byt nyckeln om du misstänker att någon har kommit åt eller kopierat datorns filer.",
        "With its key this computer shows the other premises who it is. Change it if you suspect that somebody got at the computer's files, or copied them.";
    key_happens: "Mitä tapahtuu", "Det här händer", "What will happen";
    key_announced: "Uusi avain kerrotaan ensin kaikille toimipisteille. Siihen asti vanha on voimassa, ja työ jatkuu koko ajan.",
        "Den nya nyckeln meddelas först alla verksamhetsställen. Tills dess gäller den gamla, och arbetet fortsätter hela tiden.",
        "The new key is first told to every premises. Until then the old one holds, and work goes on all the while.";
    key_taken: "Kun kaikki tuntevat uuden avaimen, se otetaan käyttöön ja vanha lakkaa kelpaamasta kaikkialla.",
        "När alla känner den nya nyckeln tas den i bruk, och den gamla upphör att gälla överallt.",
        "When all know the new key it is taken into use, and the old one stops working everywhere.";
    key_when_away: "Toimipiste, johon ei nyt ole yhteyttä, pitää vaihdon odottamassa.",
        "Ett verksamhetsställe som inte kan nås nu låter bytet vänta.",
        "A premises that is out of reach now keeps the change waiting.";
    key_backups: "Ennen vaihtoa tehdystä varmuuskopiosta palautettu kone liitetään uutena, koska muut eivät enää hyväksy sen avainta.",
        "En dator som återställs från en kopia gjord före bytet ansluts som ny, eftersom de andra inte längre godtar dess nyckel.",
        "A computer restored from a backup of before the change is paired as a new one, since the others take its key no more.";
    key_impossible: "Tällä koneella avainta ei voi vaihtaa täältä.", "På den här datorn kan nyckeln inte bytas härifrån.",
        "On this computer the key can't be changed from here.";
    key_do: "Vaihda avain", "Byt nyckel", "Change the key";
}
