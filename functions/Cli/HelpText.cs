namespace ECopy.Functions.Cli;

/// <summary>What <c>help</c> says, in both languages.</summary>
internal static class HelpText
{
    private const string Commands =
        """
          ecopy [serve] [--port 7071] [--listen ADDRESS] [--public-url URL] [--proxy ADDRESS,…] [--insecure] [--no-demo]
          ecopy certify FILE… --title TEXT [--requester NAME] [--pages N] [--out copy.pdf]   (demo)
          ecopy verify FILE|CODE|SHA256
          ecopy verify FILE --signatures [--trust DIR] [--at 2026-11-22T09:00:00+07:00] [--online]
          ecopy verify FILE --integrity-only
          ecopy audit
          ecopy backup --out FILE.zip|DIR [--with-keys]
          ecopy restore --from FILE.zip|DIR
          ecopy init --kind production|demo
          ecopy key trust ROOT.pem [--from dd/MM/yyyy] [--until dd/MM/yyyy]
          ecopy key import FILE.p12 --person ID | --seal [--chain ISSUERS.pem]
          ecopy key external FILE.cer --person ID | --seal [--chain ISSUERS.pem]
          ecopy key vault NAME[/VERSION] --person ID | --seal [--vault URL] [--chain ISSUERS.pem] [--algorithm rsa-pss-sha256]
          ecopy key remote [--service NAME] [--user ID]
          ecopy key remote CREDENTIAL --person ID | --seal [--service NAME] [--chain ISSUERS.pem] [--algorithm rsa-pss-sha256]
          ecopy key list
          ecopy agency add|set CODE [--header "LINE / LINE"] [--short TEXT] [--full TEXT] [--place TEXT] [--hotline NUMBER]
                       [--book-suffix SCT/BS] [--four-eyes on|off] [--automatic-seal on|off] [--level B-B|B-T|B-LT|B-LTA]
                       [--seal-image FILE.png]
          ecopy agency list
          ecopy person add|set ID [--name TEXT] [--title "LINE / LINE"] [--roles ROLE,…] [--left on|off]
                       [--delegation "ủy quyền"|"phân công"|none --number TEXT --from dd/MM/yyyy [--until dd/MM/yyyy] [--scope TEXT]]
                       [--signature-image FILE.png]
          ecopy person list
          ecopy user add NAME [--person ID] · user password|lock|unlock NAME
          ecopy user token NAME --name TEXT · user revoke SHA256 · user list
          ecopy help
        """;

    private const string Vietnamese =
        """
        Mọi lệnh: --data THƯ_MỤC (mặc định .data), --witness THƯ_MỤC, --json, --lang vi|en; lệnh của đơn vị: --agency MÃ khi kho có nhiều đơn vị.
        Vai trò: OneStopClerk (một cửa), Attestor (người ký), SealKeeper (văn thư), AgencyAdmin (quản trị), Inspector (kiểm tra).
        Mật khẩu được hỏi trên màn hình hoặc đọc một dòng từ stdin, không bao giờ là tham số.
        verify: 0 đã vào sổ, chưa bị sửa · 1 đã sửa, thu hồi, thay thế, không có trong sổ hoặc chữ ký sai ·
                2 chưa kiểm tra được · 3 tệp hỏng hoặc mã gõ sai
          --signatures (mọi PDF đã ký, không xét sổ): 0 hợp lệ · 1 không hợp lệ · 2 chưa đủ căn cứ · 3 tệp hỏng
                --trust: thư mục chứng thư gốc (.pem .crt .cer .der; dòng "From:", "Until:" trước khối PEM giới hạn thời gian tin cậy),
                nếu không có thì dùng của kho; --at: thời điểm xét (không ghi múi giờ là UTC); --online: hỏi thu hồi ở các máy chủ đã cấu hình
          --integrity-only (chỉ tính toàn vẹn, không cần kho): 0 nguyên vẹn · 1 không · 2 không hỗ trợ · 3 tệp hỏng hoặc không có chữ ký
        audit:  0 nguyên vẹn · 1 có bản ghi hỏng · 2 chưa kiểm tra được; restore: cũng vậy, sau khi khôi phục
        Các lệnh còn lại: 0 xong · 1 bị từ chối · 2 lúc này chưa được (máy chủ đang giữ kho) · 64 sai cú pháp
        """;

    private const string English =
        """
        Everywhere: --data DIR (default .data), --witness DIR, --json, --lang vi|en; of an agency: --agency CODE where the store has several.
        Roles: OneStopClerk, Attestor (certifying official), SealKeeper, AgencyAdmin, Inspector.
        Passwords are asked for on the terminal, or read as one line from stdin; never an argument.
        verify: 0 registered and unchanged · 1 changed, withdrawn, replaced, not registered or failed ·
                2 cannot be checked · 3 malformed file or mistyped code
          --signatures (any signed PDF, ignores the register): 0 passed · 1 failed · 2 indeterminate · 3 malformed file
                --trust: a folder of root certificates (.pem .crt .cer .der; lines "From:" and "Until:" before a PEM block limit the trust),
                else the store's; --at: as of this time (UTC unless it says otherwise); --online: asks the configured hosts about revocation
          --integrity-only (needs no store): 0 valid · 1 not valid · 2 unsupported · 3 malformed or unsigned
        audit:  0 clean · 1 a bad record, named · 2 cannot be checked; restore: the same, of what was restored
        The others: 0 done · 1 refused · 2 not now (a server owns the store) · 64 wrong command line
        """;

    public static string In(string language) => language is "vi"
        ? $"ecopy: bản sao điện tử được chứng thực\n\n{Commands}\n\n{Vietnamese}"
        : $"ecopy: electronic certified copies\n\n{Commands}\n\n{English}";
}
