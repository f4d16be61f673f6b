using ECopy.Functions.Domain;
using ECopy.Functions.Office;

namespace ECopy.Functions.Demo;

/// <param name="Delegation">Number of the paper by which they sign; null for the chairman and for those who do not sign.</param>
/// <param name="Signs">Whether they hold a certificate.</param>
internal sealed record DemoPerson(
    string PersonId, string FullName, OfficeRole Role, IReadOnlyList<string> TitleLines, bool Signs = false, string? Delegation = null);

/// <param name="SealKey">Name of the key file of the agency's seal.</param>
/// <param name="EllipticKeys">P-256 instead of RSA: both kinds are in use, and both are shown.</param>
internal sealed record DemoAgency(
    string Code,
    IReadOnlyList<string> HeaderLines,
    string ShortName,
    string FullName,
    string Place,
    string Hotline,
    AgencyPolicies Policies,
    string SealKey,
    bool EllipticKeys,
    IReadOnlyList<DemoPerson> People);

/// <summary>The invented agencies of a demo store, and who works there.</summary>
internal static class DemoAgencies
{
    public static readonly DemoAgency MauAn = new(
        "H99.9.1",
        ["ỦY BAN NHÂN DÂN", "XÃ MẪU AN"],
        "UBND xã Mẫu An",
        "Ủy ban nhân dân xã Mẫu An",
        "Xã Mẫu An",
        "1900 0000",
        new AgencyPolicies(AutomaticSeal: true, FourEyes: true, PadesLevel.BaselineLTA),
        SealKey: "seal",
        EllipticKeys: false,
        [
            new("motcua.linh", "Nguyễn Thị Linh Mẫu", OfficeRole.OneStopClerk, []),
            new("lanhdao.binh", "Trần Văn Mẫu", OfficeRole.Attestor, ["KT. CHỦ TỊCH", "PHÓ CHỦ TỊCH"], Signs: true, Delegation: "01/PC-UBND"),
            new("chutich.an", "Lê Thị An Mẫu", OfficeRole.Attestor, ["CHỦ TỊCH"], Signs: true),
            new("vanthu.ha", "Phạm Thị Hà Mẫu", OfficeRole.SealKeeper, []),
            new("doankt.son", "Võ Văn Sơn Mẫu", OfficeRole.Inspector, []),
            new("quantri.mau", "Đinh Thị Mẫu", OfficeRole.AgencyAdmin, []),
        ]);

    /// <summary>Here the clerical officer releases each seal by hand.</summary>
    public static readonly DemoAgency ViDu = new(
        "H99.9.2",
        ["ỦY BAN NHÂN DÂN", "PHƯỜNG VÍ DỤ"],
        "UBND phường Ví Dụ",
        "Ủy ban nhân dân phường Ví Dụ",
        "Phường Ví Dụ",
        "1900 0001",
        new AgencyPolicies(AutomaticSeal: false, FourEyes: true, PadesLevel.BaselineLTA),
        SealKey: "seal.vidu",
        EllipticKeys: true,
        [
            new("motcua.mai", "Hồ Thị Mai Mẫu", OfficeRole.OneStopClerk, []),
            new("chutich.phuc", "Hoàng Văn Phúc Mẫu", OfficeRole.Attestor, ["CHỦ TỊCH"], Signs: true),
            new("vanthu.lan", "Dương Thị Lan Mẫu", OfficeRole.SealKeeper, []),
            new("quantri.vidu", "Vũ Văn Mẫu", OfficeRole.AgencyAdmin, []),
        ]);

    public static readonly IReadOnlyList<DemoAgency> All = [MauAn, ViDu];
}
