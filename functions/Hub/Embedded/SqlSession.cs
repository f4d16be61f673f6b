using System.Globalization;
using Microsoft.Data.Sqlite;

namespace ECopy.Functions.Hub.Embedded;

/// <summary>One connection, used by one caller at a time, with its statements kept prepared. Parameters are $1, $2, ….</summary>
internal sealed class SqlSession(SqliteConnection connection) : IDisposable
{
    private readonly Dictionary<string, SqliteCommand> commands = new(StringComparer.Ordinal);

    public int Execute(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteNonQuery();

    public object? Scalar(string sql, params ReadOnlySpan<object?> values) =>
        Bind(sql, values).ExecuteScalar() is { } value and not DBNull ? value : null;

    public SqliteDataReader Query(string sql, params ReadOnlySpan<object?> values) => Bind(sql, values).ExecuteReader();

    public void Dispose()
    {
        foreach (var command in commands.Values)
            command.Dispose();
        connection.Dispose();
    }

    private SqliteCommand Bind(string sql, ReadOnlySpan<object?> values)
    {
        if (!commands.TryGetValue(sql, out var command))
        {
            command = connection.CreateCommand();
#pragma warning disable CA2100 // Every statement is a constant of this folder; values are always parameters.
            command.CommandText = sql;
#pragma warning restore CA2100
            for (var n = 1; n <= values.Length; n++)
                command.Parameters.Add(new SqliteParameter(string.Create(CultureInfo.InvariantCulture, $"${n}"), null));
            commands.Add(sql, command);
        }
        for (var n = 0; n < values.Length; n++)
            command.Parameters[n].Value = values[n] ?? DBNull.Value;
        return command;
    }
}

internal static class ReaderExtensions
{
    public static string? TextOrNull(this SqliteDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    public static byte[] Bytes(this SqliteDataReader row, int column) => row.GetFieldValue<byte[]>(column);
}
