using ECopy.Functions.Compose;
using ECopy.Signing.Pdf.Archive;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Compose;

public class LookTests
{
    [Fact]
    public void Samples_are_kept_for_looking_at()
    {
        string long1 = "Giấy chứng nhận quyền sử dụng đất, quyền sở hữu nhà ở và tài sản khác gắn liền với đất cấp cho hộ ông Nguyễn Văn Thử Nghiệm và bà Trần Thị Ví Dụ Mẫu, thửa đất số 12, tờ bản đồ số 3, ấp Mẫu Một, xã Mẫu An, kèm sơ đồ thửa đất";
        SampleCopies.Keep("one", SampleCopies.WithAppearances(SampleCopies.Content(DrawnScans.Diploma())));
        SampleCopies.Keep("card", SampleCopies.WithAppearances(SampleCopies.Content(DrawnScans.Card(false), DrawnScans.Card(true)) with { Title = "Thẻ căn cước", SignerTitle = ["CHỦ TỊCH"], SignerName = "Lê Thị An Mẫu" }));
        SampleCopies.Keep("twelve", SampleCopies.WithAppearances(SampleCopies.Content([.. Enumerable.Range(1, 12).Select(i => DrawnScans.Marks(i))]) with { Title = "Bảng điểm đại học" }));
        var writer = new ArchiveWriter(new ArchiveMetadata("Chữ ký", "X", "ECopy", SampleCopies.At));
        var canvas = writer.NewCanvas(210, 297);
        string[] names = ["Trần Văn Mẫu", "Lê Thị An Mẫu", "Phạm Thị Hà Mẫu", "Võ Văn Sơn Mẫu", "Đinh Thị Mẫu", "Nguyễn Thị Linh Mẫu", "Huỳnh Văn Thử", "Đặng Hoàng Mẫu", "Bùi Thị Ví Dụ", "Cao Văn Thử", "Mai Thị Thử", "Tạ Minh Mẫu", "Ngô Thị Mẫu", "Phan Văn Mẫu", "Lý Thị Thử", "Đỗ Thị Mẫu"];
        foreach (var (i, name) in names.Index())
        {
            var box = new MillimetreBox(20 + i % 3 * 60, 20 + i / 3 * 40, 50, 22);
            ECopy.Functions.Sign.PenStroke.Draw(canvas, name, box, CopyColours.Pen);
            canvas.Text(box.CentreX, box.Bottom + 6, name, new TextStyle(SampleCopies.Fonts.Serif, 9, CopyColours.Ink), TextAlign.Centre);
        }

        writer.AddPage(canvas);
        SampleCopies.Keep("pens", writer.Finish());
        SampleCopies.Keep("long", SampleCopies.WithAppearances(
            SampleCopies.Content(DrawnScans.Wide(), DrawnScans.Diploma()) with
            {
                Title = long1,
                IsTest = false,
                Book = "01/2026-SCT/BS",
                AgencyLines = ["ỦY BAN NHÂN DÂN", "XÃ NGUYỄN PHÍCH HƯNG MỸ THẠNH PHÚ TÂN ĐÔNG"],
                AgencyName = "Ủy ban nhân dân xã Nguyễn Phích Hưng Mỹ Thạnh Phú Tân Đông, tỉnh Cà Mau",
                SignerTitle = ["TUQ. CHỦ TỊCH", "PHÓ GIÁM ĐỐC TRUNG TÂM PHỤC VỤ", "HÀNH CHÍNH CÔNG"],
                SignerName = "Công Tằng Tôn Nữ Hoàng Nguyễn Thị Mẫu Minh Ví Dụ",
            }, agency: "Ủy ban nhân dân xã Nguyễn Phích Hưng Mỹ Thạnh Phú Tân Đông, tỉnh Cà Mau, nước Cộng hòa xã hội chủ nghĩa Việt Nam"));
    }
}
