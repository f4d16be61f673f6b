namespace ECopy.Functions.Domain;

/// <summary>Every path of the store that the flow writes, in one place (register and audit pages: Ledger, Register).</summary>
internal static class BlobPaths
{
    public const string OpenMarkers = "open/";

    public const string Requests = "requests/";

    public const string PublicRecords = "public/";

    public const string DigestIndexes = "digests/";

    public const string TrustAnchors = "office/trust/";

    public const string ApiTokens = "office/tokens/";

    public const string Agencies = "office/agencies/";

    public const string Copies = "copies/";

    /// <summary>The books (their pages: Register).</summary>
    public const string Registers = "register/";

    /// <summary>How far the demo data of a demo store are made.</summary>
    public const string DemoPast = "demo/past.json";

    public const string ProtectionKeys = "protection/";

    public static string Scan(string agency, string copyId, int index, string extension) => Invariant($"scans/{agency}/{copyId}/{index:000}.{extension}");

    public static string Request(string agency, string copyId) => $"requests/{agency}/{copyId}.json";

    public static string OpenMarker(string agency, string copyId) => $"open/{agency}/{copyId}";

    /// <summary>Work belongs to a number, not to an attempt: one number has one composed file and one signature of each kind.</summary>
    public static string Work(string agency, string copyId, int approval, string name) => Invariant($"work/{agency}/{copyId}/{approval}/{name}");

    public static string Copy(string agency, string copyId, int version = 1) => Invariant($"copies/{agency}/{copyId}/{version}.pdf");

    /// <summary>What is to be done on a day: <c>due/{yyyy-MM-dd}/{agency}/{copyId}</c>, in the order of the days.</summary>
    public const string Due = "due/";

    /// <summary>Being renewed at this moment; after all days.</summary>
    public const string Renewing = Due + "now/";

    public static string RenewalDue(DateOnly day, string agency, string copyId) => Invariant($"{Due}{day:yyyy-MM-dd}/{agency}/{copyId}");

    public static string RenewingNow(string agency, string copyId) => $"{Renewing}{agency}/{copyId}";

    public static string RenewalWork(string agency, string copyId, int version, string name) => Invariant($"work/{agency}/{copyId}/renewal-{version}/{name}");

    /// <summary>Until it is registered.</summary>
    public static string RenewedCopy(string agency, string copyId, int version) => RenewalWork(agency, copyId, version, "copy.pdf");

    public static string Renewal(string agency, string copyId, int version) => Invariant($"renewals/{agency}/{copyId}/{version}.json");

    public static string PublicRecord(string code) => $"public/{code}.json";

    /// <summary>From the digest of a registered file to its code. Hex in lower case.</summary>
    public static string DigestIndex(string sha256) => $"digests/{sha256}.json";

    public static string Agency(string agency) => $"office/agencies/{agency}.json";

    public static string Person(string agency, string personId) => $"office/persons/{agency}/{personId}.json";

    public static string Persons(string agency) => $"office/persons/{agency}/";

    public static string Account(string agency, string userName) => $"office/accounts/{agency}/{userName}.json";

    /// <summary>By the SHA-256 of the token, lower-case hex.</summary>
    public static string ApiToken(string sha256) => $"{ApiTokens}{sha256}.json";

    public static string Session(string agency, string userName, string digest) => $"{SessionsOf(agency, userName)}{digest}.json";

    public static string SessionsOf(string agency, string userName) => $"sessions/{agency}/{userName}/";

    public static string ProtectionKey(string name) => $"{ProtectionKeys}{name}.xml";

    /// <summary>What an upload's Idempotency-Key stands for.</summary>
    public static string UploadKey(string agency, string digest) => $"idempotency/{agency}/{digest}.json";

    public static string Dossier(string agency, string dossierCode) => $"dossiers/{agency}/{dossierCode}.json";

    /// <summary>By the SHA-256 of the link's token, lower-case hex.</summary>
    public static string AccessLink(string sha256) => $"access/{sha256}.json";

    public static string DraftsOf(string agency) => $"drafts/{agency}/";

    public static string Draft(string agency, string draftId) => $"drafts/{agency}/{draftId}.json";

    public static string DraftPages(string agency, string draftId) => $"drafts/{agency}/{draftId}/";

    public static string DraftPage(string agency, string draftId, string pageId, string extension) => $"{DraftPages(agency, draftId)}{pageId}.{extension}";

    /// <summary>Drafts that are being submitted or cleared away, so that the sweeper need not open every draft.</summary>
    public const string EndingDrafts = "ending/";

    public static string EndingDraft(string agency, string draftId) => $"{EndingDrafts}{agency}/{draftId}";

    /// <summary>Whoever changes the office's records of an agency is alone inside.</summary>
    public static string OfficeGate(string agency) => $"office/gates/{agency}.json";

    public static string OpenMarkersOf(string agency) => $"{OpenMarkers}{agency}/";

    public static string RequestsOf(string agency) => $"{Requests}{agency}/";

    public static string Accounts(string agency) => $"office/accounts/{agency}/";

    public const string AllCertificates = "office/certificates/";

    public static string Certificates(string agency) => $"{AllCertificates}{agency}/";

    /// <summary>A seal or a signature as a picture, by the SHA-256 of its file; create-only.</summary>
    public static string OfficeImage(string agency, string sha256) => $"office/images/{agency}/{sha256}.png";

    public static string Certificate(string agency, string thumbprint) => $"{AllCertificates}{agency}/{thumbprint}.json";

    /// <summary>What is outstanding at a credential of a signing service; by a digest of its name.</summary>
    public static string RemoteRounds(string credential) => $"remote/{credential}.json";

    /// <summary>What became of one digest there; create-only.</summary>
    public static string RemoteOutcome(string credential, string digest) => $"remote/{credential}/{digest}.json";

    public static string TrustAnchor(string thumbprint) => $"office/trust/{thumbprint}.json";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
