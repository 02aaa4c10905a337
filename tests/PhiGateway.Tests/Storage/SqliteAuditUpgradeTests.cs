using Microsoft.EntityFrameworkCore;
using PhiGateway.Storage.Schema;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteAuditUpgradeTests : AuditUpgradeContract
{
    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    protected override DbContext AuditContext() => SqliteAuditContextFactory.Create(Location.Options.ConnectionString);

    protected override string OldRecord(int sequence, string client, string? reason) =>
        "INSERT INTO audit_event (log, sequence, time, id, kind, event, decision, reason, client, status, patient_keys, chain_hash, body) VALUES ("
        + $"'log', {sequence}, {1_777_636_800_000_000 + sequence}, '{Guid.NewGuid()}', 1, 'read', 'permit', "
        + $"{(reason is null ? "NULL" : $"'{reason}'")}, '{client}', 200, '[]', x'00', x'7b7d')";
}
