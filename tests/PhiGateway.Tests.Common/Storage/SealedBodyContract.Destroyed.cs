using PhiGateway.Audit.Keeping;
using PhiGateway.Audit.Records;
using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

public abstract partial class SealedBodyContract
{
    [Fact]
    public async Task DestroyBodies_OfATenantsMonth_TakesThatContentAndNothingElse()
    {
        await using var storage = Open(Ring("one"));
        AuditEntry[] entries =
        [
            Entry(0),
            Entry(1, "south"),
            Entry(2) with
            {
                Time = Old.AddMonths(1),
            },
            Entry(3) with
            {
                Kind = AuditKind.Hold,
            },
            Entry(4, null),
            Entry(5),
        ];
        await storage.Store.AppendAsync(entries, None);
        var bodies = await storage.Keeping.BodiesOfAsync(201203, "north", None);
        Assert.Equal((0L, 2L), (bodies.Unsealed, bodies.Readable));
        Assert.Equal(new KeptRange("log", 0, 5, 2), Assert.Single(bodies.Logs));

        // Another process wrote with a key of its own, and one has read with it.
        await using var other = Open(Ring("one"));
        await other.Store.AppendAsync([Entry(6)], None);
        Assert.Equal(7, (await other.Store.ReadAsync("log", 0, 9, None)).Count(static entry => !entry.IsDestroyed));

        Assert.Equal(2, await storage.Keeping.DestroyBodiesAsync(201203, "north", None));
        foreach (var reader in new[] { storage, other })
        {
            var read = await reader.Store.ReadAsync("log", 0, 9, None);
            Assert.Equal([0L, 5L, 6L], read.Where(static entry => entry.IsDestroyed).Select(static entry => entry.Sequence));
            Assert.All(read.Where(static entry => entry.IsDestroyed), static entry => Assert.Equal(0, entry.Body.Length));
            Assert.All(
                read.Where(static entry => !entry.IsDestroyed),
                entry => Assert.Equal(Text(Entry((int)entry.Sequence)), Text(entry))
            );

            // What they are filed under stays: they are found, and say what became of them.
            var found = await reader.Store.QueryAsync(
                new AuditQuery
                {
                    PatientKeys = ["k-1"],
                    Tenant = "north",
                    Limit = 9,
                },
                None
            );
            Assert.Equal(3, found.Entries.Count(static entry => entry.IsDestroyed));
        }

        Assert.Equal(0, await storage.Keeping.DestroyBodiesAsync(201203, "north", None));
        Assert.Equal(0, (await storage.Keeping.BodiesOfAsync(201203, "north", None)).Readable);
        var keys = await storage.Keeping.ListBodyKeysAsync(None);
        Assert.Equal(2, keys.Single(static key => key is { Month: 201203, Tenant: "north" }).Destroyed);
        Assert.Equal(0, keys.Where(static key => key is not { Month: 201203, Tenant: "north" }).Sum(static key => key.Destroyed));

        // Wrapping anew brings nothing back, and the same records again are still the same records.
        await storage.Store.AppendAsync([entries[0], Entry(7)], None);
        await using var rotated = Open(Ring("two", "one"));
        await rotated.SealStoredAsync(None);
        Assert.True((await rotated.Store.ReadAsync("log", 0, 1, None))[0].IsDestroyed);
    }

    [Fact]
    public async Task DigestColumns_OfATenantsMonth_IsTheSameBeforeAndAfterItsContentIsGone()
    {
        await using var storage = Open(Ring("one"));
        AuditEntry[] entries =
        [
            Entry(0),
            Entry(1, "south"),
            Entry(2),
            Entry(3) with
            {
                Kind = AuditKind.Hold,
            },
            Entry(0) with
            {
                Log = "other",
            },
        ];
        await storage.Store.AppendAsync(entries, None);
        var before = await storage.Keeping.DigestColumnsAsync(201203, "north", None);
        Assert.Equal([("log", 2L), ("other", 1L)], before.OrderBy(static one => one.Key).Select(static one => (one.Key, one.Value.Count)));
        await storage.Keeping.DestroyBodiesAsync(201203, "north", None);

        var after = await storage.Keeping.DigestColumnsAsync(201203, "north", None);
        Assert.Equal(before["log"].Text, after["log"].Text);
        var rows = await storage.Store.ReadFiledAsync("log", 0, 9, None);
        var made = rows.Where(static row => row.IsDestroyed).Aggregate(ColumnDigest.None, static (digest, row) => digest.With(row));
        Assert.Equal(before["log"].Text, made.Text);
        await RunAsync("UPDATE audit_event SET client = 'another' WHERE sequence = 2");
        Assert.NotEqual(before["log"].Text, (await storage.Keeping.DigestColumnsAsync(201203, "north", None))["log"].Text);
        Assert.Empty(await storage.Keeping.DigestColumnsAsync(201204, "north", None));
    }

    [Fact]
    public async Task DestroyBodies_OfAYoungMonth_IsRefusedAndWhole()
    {
        var young = TimeProvider.System.GetUtcNow().AddYears(-6).AddMonths(1);
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0) with { Time = young }], None);

        await Assert.ThrowsAsync<InvalidOperationException>(() =>
            storage.Keeping.DestroyBodiesAsync(KeepingMonths.Of(young), "north", None)
        );
        Assert.False(Assert.Single(await storage.Store.ReadAsync("log", 0, 9, None)).IsDestroyed);
    }

    [Fact]
    public async Task DestroyBodies_WhereOneWasNeverSealed_IsRefusedUntilItIs()
    {
        await using (var off = Open(null))
        {
            await off.Store.AppendAsync([Entry(0)], None);
        }

        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(1)], None);
        Assert.Equal(1, (await storage.Keeping.BodiesOfAsync(201203, "north", None)).Unsealed);
        var refused = await Assert.ThrowsAsync<InvalidOperationException>(() => storage.Keeping.DestroyBodiesAsync(201203, "north", None));
        Assert.Contains("seal-audit", refused.Message, StringComparison.Ordinal);
        Assert.All(await storage.Store.ReadAsync("log", 0, 9, None), static entry => Assert.False(entry.IsDestroyed));

        await storage.SealStoredAsync(None);
        await storage.Keeping.DestroyBodiesAsync(201203, "north", None);
        Assert.All(await storage.Store.ReadAsync("log", 0, 9, None), static entry => Assert.True(entry.IsDestroyed));
    }

    [Theory]
    [InlineData("tenant = NULL", false)]
    [InlineData("tenant = 'south'", false)]
    [InlineData("month = 201204", false)]
    [InlineData("month = 201203", true)]
    public async Task DestroyBodies_WhereAKeyIsFiledElsewhere_DestroysNothing(string filed, bool isDestroyed)
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0)], None);
        await RunAsync("UPDATE audit_key SET " + filed);
        await using var other = Open(Ring("one"));
        await other.Store.AppendAsync([Entry(1)], None);

        if (isDestroyed)
        {
            Assert.Equal(2, await storage.Keeping.DestroyBodiesAsync(201203, "north", None));
        }
        else
        {
            var refused = await Assert.ThrowsAsync<InvalidOperationException>(() =>
                storage.Keeping.DestroyBodiesAsync(201203, "north", None)
            );
            Assert.Contains("1 of these records would be readable", refused.Message, StringComparison.Ordinal);
        }

        Assert.All(await storage.Store.ReadAsync("log", 0, 9, None), entry => Assert.Equal(isDestroyed, entry.IsDestroyed));
    }

    [Fact]
    public async Task DeleteMonth_WithSealedBodies_TakesItsKeysAlong()
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0), Entry(1) with { Time = Old.AddMonths(1) }], None);

        Assert.Equal(1, await storage.Keeping.DeleteMonthAsync(201203, None));
        Assert.Equal(201204, Assert.Single(await storage.Keeping.ListBodyKeysAsync(None)).Month);
        Assert.Single(await storage.Store.ReadAsync("log", 0, 9, None));
    }
}
