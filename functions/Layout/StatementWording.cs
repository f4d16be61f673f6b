namespace ECopy.Functions.Layout;

/// <summary>Every sentence printed on a copy, so that another wording is configuration. {0} is the number or name beside it.</summary>
internal sealed record StatementWording
{
    public static readonly StatementWording Default = new();

    public string NationalHeader { get; init; } = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";

    public string Motto { get; init; } = "Độc lập - Tự do - Hạnh phúc";

    public string Heading { get; init; } = "Chứng thực bản sao đúng với bản chính";

    public string RegisterNumber { get; init; } = "Số chứng thực:";

    public string Book { get; init; } = "Quyển số:";

    public string DocumentTitle { get; init; } = "Tên giấy tờ";

    public string Original { get; init; } = "Bản chính";

    public string OriginalPages { get; init; } = "{0} trang, bản giấy";

    public string Copy { get; init; } = "Bản sao điện tử";

    public string CopyPages { get; init; } = "{0} trang, gồm trang này";

    public string ScanDigest { get; init; } = "Mã băm bản quét";

    public string Thumbnails { get; init; } = "Các trang bản quét";

    public string MorePages { get; init; } = "+ {0} trang";

    public string PlaceAndDate { get; init; } = "{0}, {1}";

    public string VerifyHeading { get; init; } = "Tra cứu bản sao";

    public string VerifyHow { get; init; } = "Quét mã QR hoặc vào";

    public string VerificationCode { get; init; } = "Mã tra cứu";

    public string ConversionMark { get; init; } = "Bản sao điện tử được chuyển đổi từ bản chính giấy";

    public string StripNumber { get; init; } = "Số {0}";

    public string StripPage { get; init; } = "Trang {0}/{1}";

    public string Test { get; init; } = "BẢN THỬ NGHIỆM";

    public string TestNoValue { get; init; } = "KHÔNG CÓ GIÁ TRỊ PHÁP LÝ";

    public string PersonSigner { get; init; } = "Người ký:";

    public string AgencySigner { get; init; } = "Cơ quan ký:";

    public string SigningTime { get; init; } = "Thời gian ký:";

    public string PersonField { get; init; } = "Chữ ký số của người thực hiện chứng thực";

    public string SealField { get; init; } = "Chữ ký số của cơ quan";

    public string TestSealCentre { get; init; } = "MẪU";

    public string TestSealTop { get; init; } = "DẤU MẪU · {0}";

    public string TestSealBottom { get; init; } = "KHÔNG CÓ GIÁ TRỊ";
}
