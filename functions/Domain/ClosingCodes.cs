namespace ECopy.Functions.Domain;

/// <summary>Codes with which a request ends without a copy, or a number becomes void. Stable.</summary>
internal static class ClosingCodes
{
    public const string Refused = "refused";
    public const string Returned = "returned";
    public const string Terminated = "terminated";

    /// <summary>The statement's date has passed before the person signed: the number is void, the approval goes on under a new one.</summary>
    public const string StatementDatePassed = "statement-date-passed";

    /// <summary>Why a number is void, as it stands in the register.</summary>
    public static string VoidReason(string code) => code switch
    {
        Returned => "Trả lại để bổ sung, hoàn thiện hồ sơ",
        Terminated => "Dừng xử lý theo yêu cầu",
        StatementDatePassed => "Chưa ký trong ngày ghi trên lời chứng; cấp số mới",
        "signer-refused" => "Người ký từ chối ký",
        "signing-time-limit" => "Quá thời hạn xác nhận chữ ký số",
        "signing-key-failed" => "Khóa ký số không ký được",
        "certificate-revoked" => "Chứng thư số đã bị thu hồi",
        "timestamp-too-long" => "Dấu thời gian không vừa chỗ dành sẵn; ký lại theo số mới",
        "integrity" => "Dữ liệu lưu trữ không còn nguyên vẹn",
        _ when code.StartsWith("certificate-", StringComparison.Ordinal) => "Chứng thư số không dùng được để ký",
        _ => $"Không hoàn thành được ({code})",
    };
}
