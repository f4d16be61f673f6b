using System.Net;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests.Hosted;

/// <summary>What is published is whole: everything that the pages ask for lies in it, and comes through the host.</summary>
[Collection(TheHostedProgram.Name)]
public sealed class PublishedFolderTests(HostedOffice office)
{
    [Fact]
    public async Task Every_asset_of_the_pages_is_in_the_folder_and_comes_through_the_host()
    {
        var wwwroot = Path.Combine(SourceFolder.Root, "functions", "wwwroot");
        var assets = Directory.GetFiles(wwwroot, "*", SearchOption.AllDirectories).Select(file => Path.GetRelativePath(wwwroot, file)).ToList();
        Assert.NotEmpty(assets);
        var fonts = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "fonts")).Select(Path.GetFileName).ToList();
        Assert.NotEmpty(fonts);
        using var anyone = new HttpClient { BaseAddress = office.Address };
        foreach (var asset in assets) await IsServedAsync($"static/{asset}", Path.Combine(wwwroot, asset));
        foreach (var font in fonts) await IsServedAsync($"static/fonts/{font}", Path.Combine(AppContext.BaseDirectory, "fonts", font!));

        async Task IsServedAsync(string address, string file)
        {
            using var answer = await anyone.GetAsync(address);
            Assert.True(answer.StatusCode == HttpStatusCode.OK, $"{address}: {answer.StatusCode}");
            Assert.Equal(await File.ReadAllBytesAsync(file), await answer.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public void The_executable_may_be_run_and_nothing_of_the_build_is_beside_it()
    {
        Assert.True(File.GetUnixFileMode(Path.Combine(office.Published, "ECopy")).HasFlag(UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute));
        Assert.Empty(Directory.GetFiles(office.Published, "package*.json"));
        Assert.False(Directory.Exists(Path.Combine(office.Published, "Triggers")));
    }
}
