using Microsoft.Data.Sqlite;
using PhiGateway.Proof.Verification;
using PhiGateway.Storage;
using PhiGateway.Tests.Common.Audit;
using PhiGateway.Tests.Common.Proof;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Proof;

/// <summary>The words that stand beside a record's row, by which searches find it, are those of its body.</summary>
public sealed class FiledWordsTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(null, true)]
    [InlineData("UPDATE audit_shape SET use_case = 'another' WHERE use_case = 'lab'", false)]
    [InlineData("UPDATE audit_shape SET organization = NULL WHERE use_case = 'lab'", false)]
    [InlineData("UPDATE audit_shape SET purpose = 'HPAYMT' WHERE use_case = 'lab'", false)]
    [InlineData("UPDATE audit_shape SET client = 'another' WHERE use_case = 'lab'", false)]
    [InlineData("DELETE FROM audit_shape WHERE use_case = 'lab'", false)]
    public async Task Verify_WordsBesideTheRow_AreHeldAgainstItsBody(string? edit, bool isQuiet)
    {
        await using var world = await LogWorld.StartAsync(2);
        var record = TestRecords.Disclosure();
        (record.UseCase, record.Organization, record.Purpose) = ("lab", "acme-labs", "TREAT");
        var place = (await world.Journal.AppendAsync(record)).Sequence;
        await world.AppendAsync(1);
        await using var location = StorageLocation.Sqlite();
        await using var storage = AuditStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(None);
        await storage.Store.AppendAsync([.. world.Rows.Values], None);
        if (edit is not null)
        {
            await using var connection = new SqliteConnection(location.Options.ConnectionString + ";Pooling=False");
            await connection.OpenAsync(None);
            await using var command = connection.CreateCommand();
            command.CommandText = edit;
            Assert.Equal(1, await command.ExecuteNonQueryAsync(None));
        }

        var rows = await storage.Store.ReadFiledAsync(world.Journal.Log, 0, 100, None);
        var found = world.Verify(rows).Items;
        Assert.Equal(isQuiet ? [] : [(FindingCode.StoreColumnsEdited, (long?)place)], found.Select(static one => (one.Code, one.Sequence)));
    }
}
