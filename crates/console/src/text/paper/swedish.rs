//! The papers in Swedish.

use super::{Change, Clause};

pub(super) const NOTICE: [Clause; 10] = [
    (
        "4. Ändamål och rättslig grund",
        "Vi använder uppgifterna i kundregistret för att sköta kundförhållandet och trygga kundens säkerhet. Registret används av klinikens personal och av de hyrstols- och avtalsföretagare som arbetar i klinikens lokaler.\n\
         Kontaktuppgifter och uppgifter om behandlingar behandlas på grund av kundförhållandet (artikel 6.1 b i dataskyddsförordningen). Hälsouppgifter behandlar vi bara med ditt uttryckliga samtycke (artikel 9.2 a). Du kan återkalla samtycket när som helst, och då raderar vi dina hälsouppgifter. Marknadsföring bygger på ett tillstånd som vi har bett dig om.",
    ),
    (
        "5. Uppgifter i registret",
        "Namn, födelseår och kontaktuppgifter.\n\
         Vid behov hudsjukdomar och andra hälsouppgifter som kan påverka behandlingen.\n\
         Utförda behandlingar och uppgift om huruvida ett separat avtal har gjorts.\n\
         Marknadsföringstillstånd eller -förbud samt dina begäranden om dataskydd.\n\
         Av födelsedatum sparar vi bara året. Personbeteckning sparar vi inte alls.",
    ),
    (
        "6. Varifrån uppgifterna kommer",
        "Vi får uppgifterna av dig själv när vi intervjuar dig. Beroende på behandlingen kan du fylla i ett separat avtal som förvaras på papper i ett kassaskåp; i registret finns bara en anteckning om avtalet.\n\
         Det är frivilligt att lämna uppgifter. Du kan förbjuda att de sparas eller lämna endast dina kontaktuppgifter. Om behandlingens säkerhet kräver hälsouppgifter som du inte vill lämna, kan vi avböja behandlingen.",
    ),
    (
        "7. Utlämnande av uppgifter",
        "Vi lämnar inte ut uppgifter till andra. Om vi skickar dig utskick med e-post behandlar vår e-posttjänst din adress och meddelandet för vår räkning.",
    ),
    (
        "8. Överföring utanför EU eller EES",
        "Vi överför inte uppgifter utanför EU eller EES.",
    ),
    (
        "9. Skydd och förvaringstid",
        "Uppgifterna finns i klinikens egna datorer på våra verksamhetsställen, inte på någon utomståendes server. De är krypterade på datorns disk. Verksamhetsställena håller registret lika genom att utbyta uppgifter endast med varandra över en krypterad förbindelse där datorerna känner igen varandra. Säkerhetskopiorna är krypterade och högst 35 dagar gamla.\n\
         Varje användare har ett eget användarnamn och lösenord och ser bara det som arbetet kräver. Korten öppnas först när användaren har gett en daterad sekretessförbindelse. Varje gång ett kort öppnas antecknas vem som gjorde det, när och varför.\n\
         En anteckning om en behandling raderas fem år efter behandlingen, och en hälsouppgift fem år efter att den antecknats eller senast bekräftats vid ett besök. Hela kortet raderas fem år efter det senaste besöket. Begäranden om dataskydd förvaras fem år efter att de avslutats och logguppgifter två år.",
    ),
    (
        "10. Rätt att få tillgång till uppgifterna",
        "Du kan be att få se alla uppgifter om dig, också när och varför ditt kort har öppnats. Du kan framföra din begäran på det sätt du vill: vid ett besök, per telefon, per e-post eller per brev. Vi kontrollerar din identitet innan vi lämnar uppgifter, men vi frågar inte efter din personbeteckning. Vi svarar utan dröjsmål och senast inom en månad.",
    ),
    (
        "11. Rätt till rättelse och radering",
        "Om en uppgift är fel rättar vi den på din begäran utan onödigt dröjsmål. Om du vill raderar vi den gamla uppgiften också ur ändringshistoriken. När kundförhållandet har avslutats kan du begära att dina uppgifter raderas genast. Du kan framföra din begäran på det sätt du vill.",
    ),
    (
        "12. Marknadsföring och andra rättigheter",
        "Om du har gett tillstånd skickar vi 0–12 gånger per år ett utskick om behandlingsdagar, nya behandlingar eller evenemang. Utskicket kan också gälla de hyrstols- och avtalsföretagare som arbetar i samma lokaler. Du kan förbjuda marknadsföring när som helst, och förbudet gäller genast. Vi använder inte uppgifterna för marknads- eller opinionsundersökningar.\n\
         Du kan också begära att behandlingen av dina uppgifter begränsas, göra invändningar mot behandlingen och få de uppgifter du lämnat i maskinläsbar form för att överföra dem till någon annan. Vi fattar inga automatiska beslut och gör ingen profilering.",
    ),
    (
        "13. Rätt att lämna klagomål",
        "Om du anser att vi behandlar dina uppgifter i strid med lagen kan du lämna klagomål till dataombudsmannen: www.tietosuoja.fi/sv.",
    ),
];

pub(super) const RECORD: [Clause; 7] = [
    (
        "Ändamålen med behandlingen",
        "Kunder: skötsel av kundförhållandet, kundens säkerhet och marknadsföring till dem som gett tillstånd.\n\
         Användare: hantering av åtkomst och övervakning av behandlingen.",
    ),
    (
        "Kategorier av registrerade och av personuppgifter",
        "Kunder: namn, födelseår och kontaktuppgifter; hudsjukdomar och andra hälsouppgifter som påverkar behandlingen (särskild kategori, artikel 9); utförda behandlingar och anteckning om separat avtal; marknadsföringstillstånd; begäranden om dataskydd.\n\
         Användare (personal, reception, hyrstols- och avtalsföretagare): namn, roll, lösenordets kontrollsumma, datum för sekretessförbindelse och avtal, logguppgifter.",
    ),
    (
        "Kategorier av mottagare",
        "Registret används av hyrstols- och avtalsföretagare i klinikens lokaler, med vilka behandlingen har avtalats. Uppgifter lämnas inte ut till andra.",
    ),
    ("Överföringar utanför EU eller EES", "Inga."),
    (
        "Tidsfrister för radering",
        "Anteckning om behandling, avtal eller hälsa: 5 år från anteckningens datum; för en hälsouppgift från den senaste bekräftelsen.\n\
         Kundkort: 5 år från det senaste besöket, eller från att kortet skapades om inga besök finns.\n\
         Begäranden om dataskydd: 5 år från att de avslutats. Raderingsintyg: 5 år.\n\
         Personuppgiftsincidenter: 5 år från att de avslutats.\n\
         Logguppgifter: 2 år. Tidigare användare: 2 år.",
    ),
    (
        "Tekniska och organisatoriska säkerhetsåtgärder",
        "Uppgifterna finns endast i verksamhetsställenas egna datorer, krypterade på disken. Förbindelsen mellan verksamhetsställena är krypterad och ömsesidigt autentiserad (TLS 1.3). Säkerhetskopiorna är krypterade och förvaras högst 35 dagar.\n\
         Personliga användarnamn och lösenord, möjlighet till en andra faktor, låsning, rättigheter enligt roll. Sekretessförbindelse före användning. Öppnade kort och ändringar loggas.",
    ),
    (
        "Personuppgiftsbiträden",
        "Registret sköts inte av någon utomstående tjänsteleverantör.\n\
         När utskick görs med e-post behandlar klinikens e-posttjänst mottagarens adress och meddelandet.",
    ),
];

pub(super) const UNDERTAKING: [&str; 4] = [
    "Jag förbinder mig att hemlighålla allt som jag får veta om klinikens kunder och om andra konfidentiella ärenden. Förbindelsen gäller också efter att mitt arbete eller avtal vid kliniken har upphört.",
    "Jag läser och behandlar kunduppgifter bara när mina arbetsuppgifter kräver det. Jag vet att det antecknas varje gång ett kort öppnas.",
    "Jag överlåter inte mitt användarnamn och lösenord till någon, kopierar inte kunduppgifter någon annanstans och tar dem inte med mig. Jag meddelar genast om jag misstänker att uppgifter har hamnat i fel händer.",
    "Jag behandlar uppgifterna enligt den personuppgiftsansvariges instruktioner (artiklarna 29 och 32.4 i dataskyddsförordningen).",
];

pub(super) const CHANGES: [Change; 9] = [
    (
        "1–3. Personuppgiftsansvarig, kontaktperson, registrets namn",
        "Skrivna för hand i texten.",
        "Tas från klinikens inställningar, liksom till exporter och paket.",
        "Uppgiften ändras på ett ställe och är densamma i alla papper.",
    ),
    (
        "4. Ändamål",
        "Skötsel av kundförhållandet och kundens säkerhet; den rättsliga grunden nämndes inte.",
        "Samma ändamål; dessutom den rättsliga grunden, för hälsouppgifter uttryckligt samtycke.",
        "Artikel 13 i dataskyddsförordningen kräver att grunden och rätten att återkalla samtycket nämns.",
    ),
    (
        "5. Uppgifter i registret",
        "Namn, födelseår, kontaktuppgifter, hälsouppgifter vid behov, behandlingar, uppgift om separat avtal.",
        "Samma uppgifter; dessutom marknadsföringstillstånd och begäranden om dataskydd, och att personbeteckning inte sparas.",
        "Också de är sparade uppgifter som kunden ska känna till.",
    ),
    (
        "7. Utlämnande av uppgifter",
        "Uppgifter lämnas inte ut.",
        "Uppgifter lämnas inte ut; e-posttjänsten nämns.",
        "Artikel 13 i dataskyddsförordningen kräver att det sägs vem som behandlar uppgifter för vår räkning.",
    ),
    (
        "9. Skydd",
        "Uppgifterna finns på en utomstående tjänsteleverantörs server bakom en brandmur.",
        "Uppgifterna finns krypterade i klinikens egna datorer på verksamhetsställena och går bara mellan dem.",
        "Uppgifterna finns inte längre hos någon utomstående.",
    ),
    (
        "9. Förvaringstid",
        "Fem år, därefter raderas uppgifterna.",
        "Fem år från anteckningens datum och för kortet från det senaste besöket; raderingen sker av sig själv.",
        "Det sägs från när tiden räknas. Själva tiden ändras inte.",
    ),
    (
        "10. Rätt till tillgång",
        "Begäran görs vid ett personligt besök.",
        "Begäran kan göras vid ett besök, per telefon, per e-post eller på annat sätt; svar inom en månad.",
        "Lagen tillåter inte att man kräver ett besök (artikel 12); identiteten kontrolleras även på andra sätt.",
    ),
    (
        "11. Rättelse och radering",
        "Begäran görs vid ett kundbesök; radering när kundförhållandet avslutats.",
        "Begäran kan göras på vilket sätt som helst; den gamla uppgiften raderas på begäran också ur historiken.",
        "Samma som i punkt 10; raderingen når nu varje dator.",
    ),
    (
        "12–13. Andra rättigheter",
        "Förbud mot marknadsföring; andra rättigheter nämndes inte. Som lag angavs personuppgiftslagen.",
        "Också begränsning, invändning, överföring och klagomål till dataombudsmannen.",
        "Personuppgiftslagen har upphävts; dataskyddsförordningen (EU) 2016/679 kräver dessa uppgifter.",
    ),
];
