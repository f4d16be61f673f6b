using ECopy.Functions.Domain;

namespace ECopy.Functions.Office;

/// <summary>A record that people edit: each change by them is one revision further.</summary>
internal interface IOfficeRecord<T> : IStoredRecord
    where T : class, IOfficeRecord<T>
{
    int Revision { get; }

    /// <summary>The same as this revision, in today's schema.</summary>
    T At(int revision);
}

/// <summary>What a person may do. Roles may be combined in one person; sealing is always audited.</summary>
internal enum OfficeRole
{
    OneStopClerk,
    Attestor,
    SealKeeper,
    AgencyAdmin,
    Inspector,
}

/// <summary>A commune or ward, at <see cref="BlobPaths.Agency"/>.</summary>
/// <param name="HeaderLines">As on the copy's head: ỦY BAN NHÂN DÂN / XÃ MẪU AN.</param>
/// <param name="ShortName">As in the strip of every page: UBND xã Mẫu An.</param>
/// <param name="FullName">As in a sentence: Ủy ban nhân dân xã Mẫu An.</param>
/// <param name="Place">Before the date: Xã Mẫu An.</param>
/// <param name="BookSuffix">Behind "01/2026-": SCT/BS.</param>
/// <param name="SealCertificate">Thumbprint; null until one is imported.</param>
/// <param name="Revision">How often the record was changed: what a page edits is what it showed, or it is told so.</param>
/// <param name="SealImage">SHA-256 of the picture at <see cref="BlobPaths.OfficeImage"/>.</param>
internal sealed record Agency(
    int Schema,
    string Code,
    IReadOnlyList<string> HeaderLines,
    string ShortName,
    string FullName,
    string Place,
    string Hotline,
    string BookSuffix,
    string? SealCertificate,
    AgencyPolicies Policies,
    int Revision = 0,
    string? SealImage = null) : IOfficeRecord<Agency>
{
    /// <summary>2: pictures and revisions. 3: levels above B-B.</summary>
    public static int CurrentSchema => 3;

    public Agency At(int revision) => this with { Schema = CurrentSchema, Revision = revision };
}

/// <param name="AutomaticSeal">The agency's signature follows the person's by policy; else the clerical officer releases each.</param>
/// <param name="FourEyes">Who received a dossier may not decide it.</param>
internal sealed record AgencyPolicies(bool AutomaticSeal, bool FourEyes, PadesLevel Level);

/// <summary>A person of an agency, at <see cref="BlobPaths.Person"/>.</summary>
/// <param name="TitleLines">Above the signature: KT. CHỦ TỊCH / PHÓ CHỦ TỊCH.</param>
/// <param name="Delegation">Needed by everyone who signs and is not the chairman.</param>
/// <param name="Certificate">Thumbprint of the certificate to sign with, for an Attestor.</param>
/// <param name="Inactive">Has left: the record stays, since registers and copies name it, without roles and sign-in.</param>
/// <param name="SignatureImage">SHA-256 of the picture at <see cref="BlobPaths.OfficeImage"/>.</param>
internal sealed record Person(
    int Schema,
    string Agency,
    string PersonId,
    string FullName,
    IReadOnlyList<string> TitleLines,
    IReadOnlyList<OfficeRole> Roles,
    Delegation? Delegation,
    string? Certificate,
    int Revision = 0,
    bool Inactive = false,
    string? SignatureImage = null) : IOfficeRecord<Person>
{
    public static int CurrentSchema => 2;

    public Person At(int revision) => this with { Schema = CurrentSchema, Revision = revision };

    public bool Has(OfficeRole role) => Roles.Contains(role);
}

/// <param name="Kind">Ủy quyền or phân công.</param>
/// <param name="Until">Last day, in the office's time zone; null: until recalled.</param>
/// <param name="Scope">What it covers, in words; null: everything that may be certified.</param>
internal sealed record Delegation(string Kind, string Number, DateOnly From, DateOnly? Until, string? Scope = null)
{
    public bool CoversDay(DateOnly day) => day >= From && (Until is null || day <= Until);
}

/// <summary>A certificate and where its key lives, at <see cref="BlobPaths.Certificate"/>. The key itself is never in the store.</summary>
/// <param name="Thumbprint">SHA-256 of the certificate, lower-case hex.</param>
/// <param name="Holder">Person id, or null for the agency's seal.</param>
/// <param name="Chain">DER, end certificate first.</param>
/// <param name="KeyLocation">Where <see cref="KeyRing"/> finds the key, e.g. <c>pkcs12:seal</c>.</param>
/// <param name="Algorithm">What it signs with; null, as in every record of schema 1: the usual one of its key.</param>
internal sealed record OfficeCertificate(int Schema, string Agency, string Thumbprint, string? Holder, IReadOnlyList<byte[]> Chain, string KeyLocation, string? Algorithm = null) : IStoredRecord
{
    public static int CurrentSchema => 2;
}

/// <summary>
/// A sign-in of a person, at <see cref="BlobPaths.Account"/>. Schema 1 knew no password: such an account is read, nobody can
/// sign in with it until one is set, and it is written as schema 2 then.
/// </summary>
/// <param name="Failures">Attempts since the last success, each counted before its password is looked at.</param>
/// <param name="LockedUntil">Set by the last failure that is allowed.</param>
/// <param name="Closed">By the administrator, until opened again: neither password nor token works.</param>
internal sealed record Account(
    int Schema,
    string Agency,
    string UserName,
    string PersonId,
    PasswordHash? Password = null,
    int Failures = 0,
    DateTimeOffset? LockedUntil = null,
    int Revision = 0,
    bool Closed = false) : IOfficeRecord<Account>
{
    public static int CurrentSchema => 3;

    public Account At(int revision) => this with { Schema = CurrentSchema, Revision = revision };
}

/// <summary>A token by which a program acts for an account, at <see cref="BlobPaths.ApiToken"/>: the token itself is nowhere.</summary>
/// <param name="Sha256">Of the token, lower-case hex: also its place, so that asking for it is one read.</param>
/// <param name="Name">What the owner calls it.</param>
internal sealed record ApiToken(int Schema, string Sha256, string Agency, string UserName, string Name, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt) : IStoredRecord
{
    public static int CurrentSchema => 1;
}

/// <summary>A root that copies may lead to, at <see cref="BlobPaths.TrustAnchor"/>.</summary>
internal sealed record StoredTrustAnchor(int Schema, string Thumbprint, byte[] Certificate, DateTimeOffset From, DateTimeOffset Until) : IStoredRecord
{
    public static int CurrentSchema => 1;
}
