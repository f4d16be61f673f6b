using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>
/// The hub's SQLite file. Written with WAL and synchronous=NORMAL: a commit survives kill -9 of the process; after a power
/// loss the last ones may be missing, which callers must be able to live with, as they must with a file that is gone.
/// </summary>
internal sealed class HubDatabase
{
    private const int Schema = 1;

    private const string Tables = """
        CREATE TABLE instances (
            id TEXT PRIMARY KEY, name TEXT NOT NULL, execution TEXT NOT NULL, status INTEGER NOT NULL, turns INTEGER NOT NULL,
            created INTEGER NOT NULL, updated INTEGER NOT NULL,
            input TEXT, output TEXT, custom_status TEXT, failure BLOB,
            parent TEXT, parent_execution TEXT, parent_task INTEGER) WITHOUT ROWID;
        CREATE TABLE history (
            instance TEXT NOT NULL, turn INTEGER NOT NULL, events BLOB NOT NULL, PRIMARY KEY (instance, turn)) WITHOUT ROWID;
        CREATE TABLE inbox (
            seq INTEGER PRIMARY KEY, instance TEXT NOT NULL, execution TEXT, visible INTEGER NOT NULL, at INTEGER NOT NULL, event BLOB NOT NULL);
        CREATE INDEX inbox_by_instance ON inbox (instance, visible);
        CREATE TABLE activities (
            seq INTEGER PRIMARY KEY, instance TEXT NOT NULL, execution TEXT NOT NULL, task INTEGER NOT NULL, name TEXT NOT NULL, input TEXT);
        CREATE INDEX activities_by_instance ON activities (instance);
        """;

    private readonly string connectionString;

    private HubDatabase(string path) =>
        // Connections are kept by their users; a pool would hold the file open after the hub is gone.
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, Pooling = false, DefaultTimeout = 30 }.ToString();

    /// <summary>Where a damaged file was moved to before a fresh one was begun, or null.</summary>
    public string? MovedTo { get; private init; }

    public static HubDatabase Open(string path, TimeProvider time)
    {
        path = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A write-ahead log without its database would be played into the new one.
        if (!File.Exists(path) && File.Exists(path + "-wal"))
            return new HubDatabase(path) { MovedTo = MoveAside(path, time) }.Prepared();
        try
        {
            return new HubDatabase(path).Prepared();
        }
        catch (Exception exception) when (IsDamage(exception))
        {
            return new HubDatabase(path) { MovedTo = MoveAside(path, time) }.Prepared();
        }
    }

    public SqlSession Connect()
    {
        var connection = new SqliteConnection(connectionString);
        try
        {
            connection.Open();
            var session = new SqlSession(connection);
            session.Execute("PRAGMA synchronous=NORMAL");
            return session;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>SQLITE_CORRUPT, SQLITE_NOTADB, or tables that are not ours.</summary>
    private static bool IsDamage(Exception exception) =>
        exception is SqliteException { SqliteErrorCode: 11 or 26 } or InvalidDataException;

    private HubDatabase Prepared()
    {
        using var session = Connect();
        if (session.Scalar("PRAGMA quick_check(1)") is not "ok")
            throw new InvalidDataException("The hub's database is damaged.");
        session.Execute("PRAGMA journal_mode=WAL");
        var version = (long)session.Scalar("PRAGMA user_version")!;
        var tables = (long)session.Scalar("SELECT count(*) FROM sqlite_schema")!;
        if (tables == 0)
        {
            session.Execute("BEGIN IMMEDIATE");
            session.Execute(Tables);
            session.Execute(string.Create(CultureInfo.InvariantCulture, $"PRAGMA user_version={Schema}"));
            session.Execute("COMMIT");
        }
        else if (version != Schema || tables != TablesOf(session))
        {
            throw new InvalidDataException("The hub's database is of another version.");
        }
        return this;
    }

    private static long TablesOf(SqlSession session) => (long)session.Scalar("""
        SELECT count(*) FROM sqlite_schema
        WHERE name IN ('instances', 'history', 'inbox', 'inbox_by_instance', 'activities', 'activities_by_instance')
        """)!;

    private static string MoveAside(string path, TimeProvider time)
    {
        var stamp = time.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture);
        var target = $"{path}.bad-{stamp}";
        for (var n = 2; File.Exists(target) || File.Exists(target + "-wal"); n++)
            target = string.Create(CultureInfo.InvariantCulture, $"{path}.bad-{stamp}-{n}");
        foreach (var suffix in new[] { "", "-wal", "-shm" })
        {
            if (File.Exists(path + suffix))
                File.Move(path + suffix, target + suffix);
        }
        return target;
    }
}
