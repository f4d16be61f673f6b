using System.Diagnostics;
using System.Text.RegularExpressions;
using ECopy.TestKit;

namespace ECopy.Functions.Tests.Storage;

/// <summary>Seen from outside: the system calls of a child process.</summary>
public sealed class DurabilityTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly TemporaryFolder traces = new();

    public void Dispose()
    {
        folder.Dispose();
        traces.Dispose();
    }

    [Fact]
    public void A_create_writes_flushes_renames_and_flushes_the_folder_after_the_folders_above_it()
    {
        var (calls, answer) = Trace([], "create", folder.Path, "register/a/0001.json", "content");

        Assert.Equal("Created", answer.Output.Trim());
        AssertInOrder(
            calls,
            $"""mkdir("{folder.Path}/register", 0700)""",
            $"fsync(FD<{folder.Path}>)",
            $"""mkdir("{folder.Path}/register/a", 0700)""",
            $"fsync(FD<{folder.Path}/register>)",
            $"""renameat2(AT_FDCWD, "{folder.Path}/.tmp/TMP", AT_FDCWD, "{folder.Path}/register/a/0001.json", RENAME_NOREPLACE)""",
            $"fsync(FD<{folder.Path}/register/a>)");
        AssertInOrder(
            calls,
            $"pwrite64(FD<{folder.Path}/.tmp/TMP>",
            $"fsync(FD<{folder.Path}/.tmp/TMP>)",
            $"""renameat2(AT_FDCWD, "{folder.Path}/.tmp/TMP", AT_FDCWD, "{folder.Path}/register/a/0001.json", RENAME_NOREPLACE)""",
            $"fsync(FD<{folder.Path}/register/a>)");
    }

    [Fact]
    public void A_replace_writes_flushes_renames_and_flushes_the_folder()
    {
        Directory.CreateDirectory(folder.Below("a"));
        File.WriteAllText(folder.Below("a", "b"), "old");

        var (calls, answer) = Trace([], "replace", folder.Path, "a/b", "new");

        Assert.Equal(0, answer.ExitCode);
        AssertInOrder(
            calls,
            $"pwrite64(FD<{folder.Path}/.tmp/TMP>",
            $"fsync(FD<{folder.Path}/.tmp/TMP>)",
            $"""rename("{folder.Path}/.tmp/TMP", "{folder.Path}/a/b")""",
            $"fsync(FD<{folder.Path}/a>)");
        Assert.Equal("new", File.ReadAllText(folder.Below("a", "b")));
    }

    [Theory]
    [InlineData("pwrite64:error=ENOSPC", "The disk is full")]
    [InlineData("pwrite64:error=EDQUOT", "The disk is full")]
    [InlineData("rename:error=ENOSPC", "The disk is full")]
    [InlineData("fsync:error=EIO:when=2", "a/b: ")]
    public void A_full_or_failing_disk_is_a_transient_fault_and_leaves_no_debris(string inject, string sentence)
    {
        Directory.CreateDirectory(folder.Below("a"));
        Directory.CreateDirectory(folder.Below(".tmp"));
        File.WriteAllText(folder.Below("a", "b"), "old");

        var (_, answer) = Trace(["-e", $"inject={inject}"], "replace", folder.Path, "a/b", "new");

        Assert.StartsWith($"transient: {sentence}", answer.Output, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(folder.Below("a", "b")));
        Assert.Empty(Directory.GetFiles(folder.Below(".tmp")));
    }

    [Fact]
    public void A_file_system_without_rename_noreplace_gets_a_link_instead()
    {
        var (calls, answer) = Trace(["-e", "inject=renameat2:error=EINVAL"], "create", folder.Path, "a/b", "content");

        Assert.Equal("Created", answer.Output.Trim());
        AssertInOrder(
            calls,
            $"fsync(FD<{folder.Path}/.tmp/TMP>)",
            $"""link("{folder.Path}/.tmp/TMP", "{folder.Path}/a/b")""",
            $"""unlink("{folder.Path}/.tmp/TMP")""",
            $"fsync(FD<{folder.Path}/a>)");
        Assert.Empty(Directory.GetFiles(folder.Below(".tmp")));
    }

    [Fact]
    public async Task Of_two_processes_that_create_at_once_one_wins()
    {
        for (var round = 0; round < 3; round++)
        {
            var children = Enumerable.Range(0, 2)
                .Select(i => Process.Start(StorageChild.Command("create-race", folder.Path, $"race/{round}", $"{i}"))!)
                .ToArray();
            foreach (var child in children)
                Assert.Equal("ready", await child.StandardOutput.ReadLineAsync());
            foreach (var child in children)
                await child.StandardInput.WriteLineAsync("go");
            var outcomes = new List<string>();
            foreach (var child in children)
            {
                outcomes.Add((await child.StandardOutput.ReadToEndAsync()).Trim());
                await child.WaitForExitAsync();
                child.Dispose();
            }

            Assert.Equal(["Created", "OtherAlreadyThere"], outcomes.Order());
        }
    }

    private (IReadOnlyList<string> Calls, ToolAnswer Answer) Trace(string[] options, params string[] child)
    {
        var log = traces.Below($"{Guid.NewGuid():N}.strace");
        var command = StorageChild.Command(child);
        var answer = OutsideTool.Run(
            "strace",
            ["-f", "-y", "-qq", "-s", "4096", "-o", log, "-e", "trace=mkdir,pwrite64,fsync,rename,renameat2,link,unlink", .. options, command.FileName, .. command.ArgumentList]);
        var calls = File.ReadLines(log)
            .Select(line => Regex.Replace(line, @"^\d+\s+", ""))
            .Select(line => Regex.Replace(line, "AT_FDCWD<[^>]*>", "AT_FDCWD"))
            .Select(line => Regex.Replace(line, @"\b\d+</", "FD</"))
            .Select(line => Regex.Replace(line, @"/\.tmp/[0-9a-f]{32}", "/.tmp/TMP"))
            .Select(line => Regex.Replace(line, @"^<\.\.\. (\w+) resumed>", "$1 resumed"))
            .ToList();
        return (calls, answer);
    }

    private static void AssertInOrder(IReadOnlyList<string> calls, params string[] expected)
    {
        var at = 0;
        foreach (var call in expected)
        {
            // A call that another thread interrupts in the log is cut after its arguments, where its bracket would be.
            while (at < calls.Count && !calls[at].StartsWith(call.TrimEnd(')'), StringComparison.Ordinal))
                at++;
            Assert.True(at < calls.Count, $"missing or out of order: {call}\n{string.Join('\n', calls)}");
            at++;
        }
    }
}
