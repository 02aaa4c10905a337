using System.Data.Common;

namespace PhiGateway.Storage.Common;

/// <summary>Short forms of plain ADO.NET calls (commands, parameters, nullable text), for the stores.</summary>
internal static class DbCommandExtensions
{
    public static DbCommand Command(this DbConnection connection, string sql, DbTransaction? transaction = null)
    {
        var command = connection.CreateCommand();
#pragma warning disable CA2100 // every caller passes constants of this assembly; values travel as parameters
        command.CommandText = sql;
#pragma warning restore CA2100
        command.Transaction = transaction;
        return command;
    }

    public static DbCommand With(this DbCommand command, string name, object? value)
    {
        var parameter = command.CreateParameter();
        parameter.ParameterName = name;
        parameter.Value = value ?? DBNull.Value;
        command.Parameters.Add(parameter);
        return command;
    }

    /// <summary>Adds a parameter for each of several texts; returns their names, to stand behind IN.</summary>
    public static string WithEach(this DbCommand command, string name, IEnumerable<string?> values)
    {
        var names = new List<string>();
        foreach (var value in values)
        {
            var one = $"{name}{names.Count}";
            command.With(one, value);
            names.Add("@" + one);
        }

        return string.Join(", ", names);
    }

    public static string? TextOrNull(this DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);
}
