using Microsoft.EntityFrameworkCore;

namespace PhiGateway.Storage.Common;

/// <summary>
/// Compares a database's schema with this binary's and applies what is missing; how nodes are kept apart is left to each database.
/// </summary>
internal abstract class SchemaMigrator(string name, Func<string, DbContext> contexts, SchemaHistory history) : IStorageMigrator
{
    public string Name => name;

    /// <summary>What is asked first.</summary>
    protected SchemaHistory History => history;

    public abstract Task MigrateAsync(CancellationToken cancellationToken);

    public abstract Task VerifyAsync(CancellationToken cancellationToken);

    protected DbContext CreateContext(string connectionString) => contexts(connectionString);

    /// <summary>The migrations of this binary that the database lacks.</summary>
    /// <exception cref="StorageException">The database has some that this binary does not know.</exception>
    protected async Task<IReadOnlyList<string>> PendingAsync(DbContext context, CancellationToken cancellationToken)
    {
        var known = context.Database.GetMigrations().ToList();
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToHashSet(StringComparer.Ordinal);
        var unknown = applied.Except(known, StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();
        if (unknown.Count > 0)
        {
            throw new StorageException(
                StorageProblem.SchemaAhead,
                $"The {name} database was written by a newer version (it has {string.Join(", ", unknown)}). "
                    + "Start that version, or restore a backup made before the upgrade."
            );
        }

        return [.. known.Where(m => !applied.Contains(m))];
    }

    protected async Task ThrowIfBehindAsync(DbContext context, CancellationToken cancellationToken)
    {
        var pending = await PendingAsync(context, cancellationToken);
        if (pending.Count > 0)
        {
            throw new StorageException(
                StorageProblem.SchemaBehind,
                $"The {name} database lacks {string.Join(", ", pending)}. Migrate it with the owner's role before this node starts."
            );
        }
    }
}
