using ECopy.TestKit;

[assembly: CollectionBehavior(MaxParallelThreads = 2)]

namespace ECopy.EndToEnd.Tests;

/// <summary>
/// Tests of the program as people use it, one after the other: each step starts processes, and the machine may have two cores.
/// They share one store with finished copies, which none of them changes.
/// </summary>
[CollectionDefinition(Name)]
public sealed class TheProgram : ICollectionFixture<IssuedCopies>
{
    public const string Name = "the program";
}

/// <summary>Tests that kill it, beside the others.</summary>
[CollectionDefinition(Name)]
public sealed class TheKilledProgram
{
    public const string Name = "the killed program";
}

/// <summary>A store with three copies made by <c>certify</c>: a photograph, the same again as PNG, and two files as pages.</summary>
public sealed class IssuedCopies : IDisposable
{
    public const string Title = "Bằng tốt nghiệp trung học phổ thông";

    public IssuedCopies()
    {
        Program.Put("photo.jpg", DrawnScans.Diploma());
        Program.Put("card.png", DrawnScans.Make("png", [.. DrawnScans.TestCard(620, 877), "-density", "75", "-units", "PixelsPerInch"]));
        Photo = Program.Run("certify", "photo.jpg", "--title", Title, "--requester", "Nguyễn Thị Ví Dụ", "--json", "--lang", "vi");
        Png = Program.Run("certify", "card.png", "--title", "Phiếu lý lịch", "--json");
        Pages = Program.Run("certify", "photo.jpg", "card.png", "--title", "Bảng điểm", "--pages", "3", "--json", "--out", "copy.pdf");
    }

    public ProgramUnderTest Program { get; } = new();

    public ProgramAnswer Photo { get; }

    public ProgramAnswer Png { get; }

    public ProgramAnswer Pages { get; }

    public Certified PhotoCopy => Certified.Of(Photo);

    public Certified PngCopy => Certified.Of(Png);

    public Certified PagesCopy => Certified.Of(Pages);

    public void Dispose() => Program.Dispose();
}
