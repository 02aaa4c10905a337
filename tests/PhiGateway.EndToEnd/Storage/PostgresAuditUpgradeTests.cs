using Microsoft.EntityFrameworkCore;
using PhiGateway.Storage.Schema;
using PhiGateway.Tests.Common.Infrastructure;
using PhiGateway.Tests.Common.Storage;

namespace PhiGateway.EndToEnd.Storage;

public sealed class PostgresAuditUpgradeTests(PostgresFixture postgres) : AuditUpgradeContract
{
    protected override Task<StorageLocation> LocateAsync() => StorageLocation.PostgresAsync(postgres, StorageSchemas.None);

    protected override DbContext AuditContext() => PostgresAuditContextFactory.Create(Location.Options.ConnectionString);

    protected override string OldRecord(int sequence, string client, string? reason) =>
        "INSERT INTO audit_event (log, sequence, time, id, kind, event, decision, reason, client, status, patient_keys, chain_hash, body) VALUES ("
        + $"'log', {sequence}, '2026-05-01 12:00:00+00'::timestamptz + interval '{sequence} second', '{Guid.NewGuid()}', 1, 'read', 'permit', "
        + $"{(reason is null ? "NULL" : $"'{reason}'")}, '{client}', 200, ARRAY[]::text[], decode('00', 'hex'), decode('7b7d', 'hex'))";
}
