using ECopy.Functions.Domain;

namespace ECopy.Functions.Tests.Domain;

public sealed class RegisterBookTests
{
    [Fact]
    public void A_book_has_a_name_for_people_and_one_for_paths()
    {
        var book = RegisterBook.For(new DateOnly(2026, 11, 22), "SCT/BS");

        Assert.Equal("01/2026-SCT/BS", book.Name);
        Assert.Equal("01-2026-SCT-BS", book.PathSegment);
        Assert.Equal(book, RegisterBook.Parse(book.Name));
        Assert.Equal("01-2026-SCT-BS-TEST", RegisterBook.Parse("01/2026-SCT/BS-TEST").PathSegment);
    }

    [Theory]
    [InlineData("")]
    [InlineData(null)]
    [InlineData("1/2026-SCT/BS")]
    [InlineData("01/2026-")]
    [InlineData("01/2026-SCT/../BS")]
    [InlineData("01/2026-SCT/BS\n")]
    [InlineData("01/26-SCT/BS")]
    [InlineData("01-2026-SCT-BS")]
    public void Other_texts_are_no_books(string? name) => Assert.False(RegisterBook.TryParse(name, out _));

    [Fact]
    public void A_suffix_is_a_piece_of_a_path() =>
        Assert.Throws<ArgumentException>(() => RegisterBook.For(new DateOnly(2026, 1, 1), "../x"));

    [Fact]
    public void Days_begin_at_seventeen_hundred_utc()
    {
        Assert.Equal(new DateOnly(2026, 3, 2), LocalTime.DateOf(new DateTimeOffset(2026, 3, 2, 16, 59, 59, TimeSpan.Zero)));
        Assert.Equal(new DateOnly(2026, 3, 3), LocalTime.DateOf(new DateTimeOffset(2026, 3, 2, 17, 0, 0, TimeSpan.Zero)));
        Assert.Equal(new DateTimeOffset(2026, 3, 2, 17, 0, 0, TimeSpan.Zero), LocalTime.StartOf(new DateOnly(2026, 3, 3)));
    }
}
