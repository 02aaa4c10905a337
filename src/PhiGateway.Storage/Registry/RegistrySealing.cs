using PhiGateway.Policy.Registry;
using PhiGateway.Storage.Common;

namespace PhiGateway.Storage.Registry;

/// <summary>Seals every registry document that has no seal; the step between "seals are written" and "seals are required".</summary>
internal static class RegistrySealing
{
    private const string Unsealed = $"SELECT {RegistryRows.ItemColumns} FROM documents WHERE seal IS NULL";

    public static async Task<int> RunAsync(Database database, CancellationToken cancellationToken)
    {
        var seal = database.Seal ?? throw new InvalidOperationException("There is no key to seal with.");
        await using var connection = await database.OpenAsync(cancellationToken);
        await using var transaction = await database.BeginWriteAsync(connection, cancellationToken);
        var items = new List<RegistryItem>();
        await using (var find = connection.Command(Unsealed, transaction))
        await using (var reader = await find.ExecuteReaderAsync(cancellationToken))
        {
            while (await reader.ReadAsync(cancellationToken))
            {
                items.Add(RegistryRows.ReadItem(database, reader));
            }
        }

        var count = 0;
        foreach (var item in items)
        {
            // Only the very form that was read: whoever writes meanwhile seals it himself.
            await using var command = connection
                .Command(
                    "UPDATE documents SET seal = @seal WHERE kind = @kind AND id = @id AND revision = @revision AND json = @json AND seal IS NULL",
                    transaction
                )
                .With("seal", seal.Of(item))
                .With("kind", (short)item.Kind)
                .With("id", item.Id)
                .With("revision", item.Revision)
                .With("json", item.Json);
            count += await command.ExecuteNonQueryAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return count;
    }
}
