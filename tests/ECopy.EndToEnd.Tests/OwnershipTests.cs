using System.Globalization;
using System.Net;
using System.Net.Sockets;
using ECopy.TestKit;

namespace ECopy.EndToEnd.Tests;

/// <summary>One owner of a data folder, one listener on a port, and how <c>certify</c> gets through to whoever owns it.</summary>
[Collection(TheProgram.Name)]
public sealed class OwnershipTests
{
    [Fact]
    public async Task A_folder_in_use_and_a_busy_port_are_said_in_one_sentence()
    {
        using var program = ProgramUnderTest.OverDemoStore();
        using var server = await program.ServeAsync();

        var second = program.Run("serve", "--port", "0", "--lang", "vi");
        Assert.Equal(1, second.ExitCode);
        Assert.Equal($"Thư mục dữ liệu {program.Data} đang được tiến trình {server.Program.Pid} dùng.", second.Error.TrimEnd('\n').Split('\n')[^1]);
        Assert.DoesNotContain("Exception", second.Error, StringComparison.Ordinal);

        using var other = new ProgramUnderTest();
        var port = server.Address.Port.ToString(CultureInfo.InvariantCulture);
        foreach (var (language, sentence) in ((string, string)[])[
            ("vi", $"Cổng {port} đang được chương trình khác dùng. Chọn cổng khác bằng --port."),
            ("en", $"Port {port} is in use by another program. Choose another with --port.")])
        {
            var busy = other.Run("serve", "--port", port, "--lang", language);
            Assert.Equal(1, busy.ExitCode);
            Assert.Equal(sentence, busy.Error.TrimEnd('\n').Split('\n')[^1]);
            Assert.DoesNotContain("Exception", busy.Error, StringComparison.Ordinal);
        }

        // The folder was given back: it serves on another port at once.
        using var third = await other.ServeAsync();
        Assert.NotEqual(server.Address.Port, third.Address.Port);
    }

    [Theory]
    [InlineData("70000")]
    [InlineData("-1")]
    [InlineData("http")]
    public void A_port_that_is_none_is_a_wrong_command_line(string port)
    {
        using var program = new ProgramUnderTest();
        Assert.Equal(64, program.Run("serve", "--port=" + port).ExitCode);
        Assert.False(Directory.Exists(program.Data));
    }

    [Fact]
    public async Task Certify_goes_through_the_server_that_owns_the_folder()
    {
        using var program = ProgramUnderTest.OverDemoStore();
        program.Put("scan.jpg", DrawnScans.Marks(1));
        using var server = await program.ServeAsync();
        var answer = program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--json", "--lang", "vi", "--out", "here.pdf");
        var copy = Certified.Of(answer);
        Assert.Equal(1, copy.RegisterNumber);
        Assert.Contains("Có máy chủ đang dùng thư mục này; gửi qua máy chủ.\n", answer.Error, StringComparison.Ordinal);
        Assert.Contains("Đã phê duyệt: Trần Văn Mẫu\n", answer.Error, StringComparison.Ordinal);
        Assert.Equal(Path.Combine(program.Folder, "here.pdf"), copy.Path);
        Assert.True(server.Program.IsRunning);

        using var client = new HttpClient { BaseAddress = server.Address };
        Assert.Contains("\"codeOnly\"", await client.GetStringAsync($"api/verify/{copy.VerificationCode}"), StringComparison.Ordinal);
        await new StoredCopies(program).RequireFinishedOnceAsync(copy.CopyId);
    }

    [Fact]
    public async Task Two_certify_at_once_on_a_new_folder_both_end_well()
    {
        using var program = new ProgramUnderTest();
        program.Put("scan.jpg", DrawnScans.Marks(1));
        using var first = program.Start("certify", "scan.jpg", "--title", "Bảng điểm", "--json");
        using var second = program.Start("certify", "scan.jpg", "--title", "Bảng điểm", "--json");
        var copies = new[] { Certified.Of(first.Wait()), Certified.Of(second.Wait()) };
        var stored = new StoredCopies(program);
        stored.RequireContiguous([.. copies.Select(copy => copy.CopyId)]);
        await stored.RequireCleanAsync();
    }

    [Fact]
    public void A_data_folder_too_deep_for_a_socket_is_refused_in_one_sentence()
    {
        using var program = new ProgramUnderTest();
        var data = Path.Combine(program.Folder, new string('d', 90), new string('e', 90));
        var refused = program.Run("serve", "--port", "0", "--lang", "en", "--data", data);
        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("is too long for the program's local socket", refused.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(data));
    }

    [Fact]
    public async Task A_port_held_by_something_else_is_busy_too()
    {
        using var program = new ProgramUnderTest();
        using var holder = new TcpListener(IPAddress.Loopback, 0);
        holder.Start();
        var busy = program.Run("serve", "--port", ((IPEndPoint)holder.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture), "--lang", "en");
        Assert.Equal(1, busy.ExitCode);
        Assert.EndsWith("Choose another with --port.\n", busy.Error, StringComparison.Ordinal);
        await new StoredCopies(program).RequireCleanAsync();
    }

    [Fact]
    public void A_witness_inside_of_the_data_folder_is_refused()
    {
        using var program = new ProgramUnderTest();
        program.Put("scan.jpg", DrawnScans.Marks(1));
        var answer = program.Run("certify", "scan.jpg", "--title", "Bảng điểm", "--witness", program.PathOf("witness"), "--lang", "vi");
        Assert.Equal(1, answer.ExitCode);
        Assert.EndsWith("Nơi giữ mốc chứng kiến phải nằm ngoài thư mục dữ liệu.\n", answer.Error, StringComparison.Ordinal);
    }
}
