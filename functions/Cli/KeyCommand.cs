using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Cli;

/// <summary><c>key import|external|vault|remote|list|trust</c>: certificates with keys, and the roots that they may lead to.</summary>
internal static class KeyCommand
{
    public static Task<int> RunAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ActOf(arguments) switch
    {
        ("import", { } file) when arguments.Option("person") is null == arguments.Option("seal") is not null => ImportAsync(arguments, terminal, file, cancellationToken),
        ("external", { } file) when arguments.Option("person") is null == arguments.Option("seal") is not null => ExternalAsync(arguments, terminal, file, cancellationToken),
        ("vault", { } name) when arguments.Option("person") is null == arguments.Option("seal") is not null => VaultAsync(arguments, terminal, name, cancellationToken),
        ("remote", { } credential) when arguments.Option("person") is null == arguments.Option("seal") is not null => RemoteAsync(arguments, terminal, credential, cancellationToken),
        ("remote", null) when arguments.Option("person") is null && arguments.Option("seal") is null => OfferedAsync(arguments, terminal, cancellationToken),
        ("trust", { } file) => TrustAsync(arguments, terminal, file, cancellationToken),
        ("list", null) => ListAsync(arguments, terminal, cancellationToken),
        _ => Task.FromResult(OfficeVerb.Usage(terminal, "key")),
    };

    private static Task<int> ImportAsync(Arguments arguments, Terminal terminal, string path, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
            if (agency.IsRejected) return agency.Rejection!;
            var file = await OfficeVerb.FileAsync(path, ImportCertificate.MostBytes, cancellationToken);
            if (file.IsRejected) return file.Rejection!;
            var issuers = await OfficeVerb.FileAsync(arguments.Option("chain"), ImportCertificate.MostBytes, cancellationToken);
            if (issuers.IsRejected) return issuers.Rejection!;
            var password = SecretInput.Read(terminal, "prompt-key-password", twice: false);
            if (password.IsRejected) return password.Rejection!;
            var import = new CertificateImport(agency.Value.Code, arguments.Option("person"), file.Value, password.Value, issuers.Value);
            return await store.Get<ImportCertificate>().RunAsync(import, OfficeActor.Operator, cancellationToken);
        },
        Json,
        imported => terminal.Sentence("certificate-saved", ("name", NameOf(imported)), ("until", Day(CertificateOf(imported).NotAfter)), ("thumbprint", imported.Thumbprint)),
        cancellationToken);

    private static Task<int> ExternalAsync(Arguments arguments, Terminal terminal, string path, CancellationToken cancellationToken) => TakeAsync(
        arguments,
        terminal,
        "certificate-outside",
        async (store, agency, issuers) =>
        {
            var file = await OfficeVerb.FileAsync(path, ImportCertificate.MostBytes, cancellationToken);
            if (file.IsRejected) return file.Rejection!;
            return await store.Get<TakeOutsideCertificate>().RunAsync(new OutsideCertificate(agency, arguments.Option("person"), file.Value, issuers), OfficeActor.Operator, cancellationToken);
        },
        cancellationToken);

    private static Task<int> VaultAsync(Arguments arguments, Terminal terminal, string name, CancellationToken cancellationToken) => TakeAsync(
        arguments,
        terminal,
        "certificate-taken",
        (store, agency, issuers) => store.Get<TakeVaultCertificate>().RunAsync(
            new VaultCertificateOrder(agency, arguments.Option("person"), arguments.Option("vault"), name, issuers, arguments.Option("algorithm")), OfficeActor.Operator, cancellationToken),
        cancellationToken);

    private static Task<int> RemoteAsync(Arguments arguments, Terminal terminal, string credential, CancellationToken cancellationToken) => TakeAsync(
        arguments,
        terminal,
        "certificate-taken",
        (store, agency, issuers) => store.Get<TakeRemoteCertificate>().RunAsync(
            new RemoteCertificateOrder(agency, arguments.Option("person"), arguments.Option("service"), credential, issuers, arguments.Option("algorithm")), OfficeActor.Operator, cancellationToken),
        cancellationToken);

    /// <summary>A certificate whose key stays where it is.</summary>
    /// <param name="saved">The sentence for it.</param>
    /// <param name="take">With the agency's code and the issuers' file.</param>
    private static Task<int> TakeAsync(
        Arguments arguments, Terminal terminal, string saved, Func<OfficeStore, string, ReadOnlyMemory<byte>, Task<Result<OfficeCertificate>>> take, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var agency = await store.AgencyAsync(arguments.Option("agency"), cancellationToken);
            if (agency.IsRejected) return agency.Rejection!;
            var issuers = await OfficeVerb.FileAsync(arguments.Option("chain"), ImportCertificate.MostBytes, cancellationToken);
            if (issuers.IsRejected) return issuers.Rejection!;
            return await take(store, agency.Value.Code, issuers.Value);
        },
        Json,
        taken => terminal.Sentence(saved, ("name", NameOf(taken)), ("until", Day(CertificateOf(taken).NotAfter)), ("thumbprint", taken.Thumbprint)),
        cancellationToken);

    private static Task<int> OfferedAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ListAsync(
        arguments,
        terminal,
        services => services.GetRequiredService<TakeRemoteCertificate>().OfferedAsync(arguments.Option("service"), arguments.Option("user"), cancellationToken),
        offered => offered,
        offered => [offered.Id, offered.Name, Day(offered.Until), offered.Usable ? "" : terminal.Sentence("credential-unusable")],
        cancellationToken);

    private static Task<int> TrustAsync(Arguments arguments, Terminal terminal, string path, CancellationToken cancellationToken) => OfficeVerb.ChangeAsync(
        arguments,
        terminal,
        async store =>
        {
            var file = await OfficeVerb.FileAsync(path, AddTrustAnchor.MostBytes, cancellationToken);
            if (file.IsRejected) return file.Rejection!;
            if (BadDay(arguments, "from") || BadDay(arguments, "until")) return new Rejection("trust-dates-invalid");
            DateTimeOffset? from = OfficeText.Day(arguments.Option("from")) is { } first ? LocalTime.StartOf(first) : null;
            // The whole of the last day.
            DateTimeOffset? until = OfficeText.Day(arguments.Option("until")) is { } last ? LocalTime.StartOf(last.AddDays(1)).AddTicks(-1) : null;
            return await store.Get<AddTrustAnchor>().RunAsync(file.Value, from, until, OfficeActor.Operator, cancellationToken);
        },
        anchor => new { anchor.Thumbprint, subject = X509CertificateLoader.LoadCertificate(anchor.Certificate).Subject, anchor.From, anchor.Until },
        anchor => terminal.Sentence(
            "trust-anchor-saved",
            ("name", X509CertificateLoader.LoadCertificate(anchor.Certificate).GetNameInfo(X509NameType.SimpleName, false)), ("until", Day(anchor.Until)), ("thumbprint", anchor.Thumbprint)),
        cancellationToken);

    private static Task<int> ListAsync(Arguments arguments, Terminal terminal, CancellationToken cancellationToken) => OfficeVerb.ListAsync(
        arguments,
        terminal,
        async services =>
        {
            var office = services.GetRequiredService<OfficeDirectory>();
            var agency = await OfficeStore.AgencyAsync(office, arguments.Option("agency"), cancellationToken);
            return agency.IsRejected ? agency.Rejection! : (Result<IReadOnlyList<OfficeCertificate>>)(await office.CertificatesAsync(agency.Value.Code, cancellationToken)).ToList();
        },
        Json,
        certificate => [certificate.Thumbprint[..12], certificate.Holder ?? terminal.Sentence("seal-holder"), NameOf(certificate), Day(CertificateOf(certificate).NotAfter), terminal.Sentence(KindOf(certificate.KeyLocation))],
        cancellationToken);

    private static object Json(OfficeCertificate certificate) => new
    {
        certificate.Thumbprint,
        certificate.Holder,
        // Where the key lives, not the key: the name of a file, of a version in a vault, or of a credential at a service.
        key = certificate.KeyLocation,
        algorithm = certificate.Algorithm,
        subject = CertificateOf(certificate).Subject,
        issuer = CertificateOf(certificate).Issuer,
        notBefore = CertificateOf(certificate).NotBefore.ToUniversalTime(),
        notAfter = CertificateOf(certificate).NotAfter.ToUniversalTime(),
    };

    private static string KindOf(string location) => KeyRing.IsInVault(location) ? "key-kind-vault" : KeyRing.IsRemote(location) ? "key-kind-remote" : KeyRing.IsOutside(location) ? "key-kind-outside" : "key-kind-file";

    private static bool BadDay(Arguments arguments, string option) => arguments.Option(option) is { } typed && OfficeText.Day(typed) is null;

    private static X509Certificate2 CertificateOf(OfficeCertificate certificate) =>
        OfficeDirectory.CertificateOf(BlobPaths.Certificate(certificate.Agency, certificate.Thumbprint), certificate.Chain[0]);

    private static string NameOf(OfficeCertificate certificate) => CertificateOf(certificate).GetNameInfo(X509NameType.SimpleName, false);

    private static string Day(DateTimeOffset at) => LocalTime.DateOf(at).ToString("dd/MM/yyyy", CultureInfo.InvariantCulture);
}
