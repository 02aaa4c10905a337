using System.Data.Common;
using System.Reflection;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Tells without Entity Framework whether a database has exactly the migrations of this binary: nearly every start finds it so, and need not
/// build the model to learn it. Asked by the migrators.
/// </summary>
/// <param name="context">The context whose migrations they are.</param>
/// <param name="table">Where a database lists those that it has.</param>
internal sealed class SchemaHistory(Type context, string table)
{
    /// <summary>The ids of this binary's migrations, in their order.</summary>
    public IReadOnlyList<string> Known =>
        field ??= [
            .. context
                .Assembly.GetTypes()
                .Where(type => type.IsSubclassOf(typeof(Migration)) && IsOfContext(type))
                .Select(static type => type.GetCustomAttribute<MigrationAttribute>()?.Id)
                .OfType<string>()
                .Order(StringComparer.Ordinal),
        ];

    /// <summary>
    /// True when nothing is missing and nothing unknown is there. False for everything else, also where it cannot be read: who migrates then
    /// finds out why.
    /// </summary>
    /// <param name="connection">Open, outside a transaction.</param>
    /// <param name="cancellationToken">Ends the question.</param>
    public async Task<bool> IsCurrentAsync(DbConnection connection, CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        try
        {
            await using var command = connection.Command($"SELECT \"MigrationId\" FROM \"{table}\"");
            await using var reader = await command.ExecuteReaderAsync(cancellationToken);
            while (await reader.ReadAsync(cancellationToken))
            {
                applied.Add(reader.GetString(0));
            }
        }
        catch (Exception e) when (e is DbException or InvalidCastException)
        {
            return false;
        }

        applied.Sort(StringComparer.Ordinal);
        return applied.SequenceEqual(Known, StringComparer.Ordinal);
    }

    private bool IsOfContext(Type migration) => migration.GetCustomAttribute<DbContextAttribute>()?.ContextType == context;
}
