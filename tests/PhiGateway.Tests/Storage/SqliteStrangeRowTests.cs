using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using PhiGateway.Audit.Shipping;
using PhiGateway.Storage;
using PhiGateway.Storage.Audit;
using PhiGateway.Storage.Schema;
using PhiGateway.Tests.Common.Storage;
using Xunit;

namespace PhiGateway.Tests.Storage;

public sealed class SqliteStrangeRowTests : StrangeRowContract
{
    private const string Event =
        "INSERT INTO audit_event (log, sequence, time, id, kind, event, decision, status, patient_keys, chain_hash, body) VALUES ";

    private const string Patient = "INSERT INTO audit_patient (patient_key, time, log, sequence) VALUES ";

    protected override Task<StorageLocation> LocateAsync() => Task.FromResult(StorageLocation.Sqlite());

    [Fact]
    public async Task Migrate_AStoreThatHasRowsThatNoVersionWrites_KeepsThemAndTakesNoMore()
    {
        await using var location = StorageLocation.Sqlite();
        await using (var context = SqliteAuditContextFactory.Create(location.Options.ConnectionString))
        {
            var migrator = context.GetService<IMigrator>();
            await migrator.MigrateAsync("SealedBodies", TestContext.Current.CancellationToken);
            await RunAsync(context, Event + Row(0, 1, "1793880000000000"));
            await RunAsync(context, Event + Row(1, 300, "9223372036854775807"));
            await RunAsync(context, Patient + "('k', 1793880000000000, 'log', 0)");
            await RunAsync(context, Patient + "('k', 'no time', 'log', 1)");
        }

        await using var storage = AuditStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(TestContext.Current.CancellationToken);
        await using var migrated = SqliteAuditContextFactory.Create(location.Options.ConnectionString);
        foreach (
            var refused in new[]
            {
                Event + Row(2, 300, "1793880000000000"),
                Event + Row(2, 1, "9223372036854775807"),
                Event + Row(2, 1, "'no time'"),
                Event + Row(2, 1, "1793880000000000.5"),
                Event + Row(2, 1, "x'31'"),
                Event + Row(2, 1, "''"),
                Patient + "('k', 'no time', 'log', 2)",
                Patient + "('k', 9223372036854775807, 'log', 2)",
                "UPDATE audit_event SET time = 'no time' WHERE sequence = 0",
                "UPDATE audit_patient SET time = 'no time' WHERE sequence = 0",
            }
        )
        {
            await Assert.ThrowsAsync<SqliteException>(() => RunAsync(migrated, refused));
        }

        Assert.Equal(1, await RunAsync(migrated, Event + Row(2, 1, "1793880000000001")));
        Assert.Equal(1, await RunAsync(migrated, Patient + "('k', 1793880000000001, 'log', 2)"));
        Assert.Equal(3, await RunAsync(migrated, "UPDATE audit_event SET status = 201"));
        var read = await storage.Store.ReadAsync("log", 0, 9, TestContext.Current.CancellationToken);
        Assert.Equal([null, "time, kind", null], read.Select(static entry => entry.Unreadable));
        var found = await storage.Store.QueryAsync(new AuditQuery { PatientKeys = ["k"] }, TestContext.Current.CancellationToken);
        Assert.Equal([0L, 2L], found.Entries.Select(static entry => entry.Sequence).Order());
    }

    // A function might fail, so SQLite would write each page that rows change into a temporary file first, to take back the one statement.
    [Theory]
    [InlineData("audit_event", AuditRows.InsertColumns)]
    [InlineData("audit_patient", "patient_key, time, log, sequence, tenant")]
    public async Task Migrate_WhatIsCheckedOfRows_CallsNoFunctions(string table, string columns)
    {
        await using var location = StorageLocation.Sqlite();
        await using var storage = AuditStorage.Create(location.Options);
        await storage.Migrator.MigrateAsync(TestContext.Current.CancellationToken);
        await using var connection = new SqliteConnection(location.Options.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var explain = connection.CreateCommand();
        var row = "(" + string.Join(", ", columns.Split(", ").Select(static _ => "1")) + ")";
#pragma warning disable CA2100 // a statement of this test only
        explain.CommandText = $"EXPLAIN INSERT OR FAIL INTO {table} ({columns}) VALUES {row}, {row}";
#pragma warning restore CA2100
        var steps = new List<string>();
        await using var reader = await explain.ExecuteReaderAsync(TestContext.Current.CancellationToken);
        while (await reader.ReadAsync(TestContext.Current.CancellationToken))
        {
            steps.Add(reader.GetString(1));
        }

        Assert.Contains("Cast", steps);
        Assert.DoesNotContain(steps, static step => step.Contains("Func", StringComparison.Ordinal));
    }

    private static string Row(int sequence, int kind, string time) =>
        $"('log', {sequence}, {time}, '{Guid.NewGuid()}', {kind}, 'read', 'permit', 200, '[\"k\"]', x'00', x'7b7d')";

#pragma warning disable EF1002 // statements of these tests only
    private static Task<int> RunAsync(SqliteAuditDbContext context, string sql) =>
        context.Database.ExecuteSqlRawAsync(sql, TestContext.Current.CancellationToken);
#pragma warning restore EF1002
}
