using PhiGateway.Audit.Shipping;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

public abstract partial class SealedBodyContract
{
    [Theory]
    [InlineData("DELETE FROM audit_key", true)]
    [InlineData("UPDATE audit_key SET wrapped = NULL", false)]
    public async Task Read_WhereTheRowOfTheKeyIsMissing_IsToldFromADestroyedOne(string sql, bool isMissing)
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0)], None);
        Assert.False((await storage.Store.ReadAsync("log", 0, 9, None))[0].IsKeyMissing);
        await RunAsync(sql);

        var read = Assert.Single(await storage.Store.ReadAsync("log", 0, 9, None));
        var found = Assert.Single((await storage.Store.QueryAsync(new AuditQuery { Client = "acme" }, None)).Entries);
        Assert.All([read, found], entry => Assert.Equal((true, isMissing), (entry.IsDestroyed, entry.IsKeyMissing)));
        Assert.Equal(isMissing ? AuditEntry.KeyMissingNote : AuditEntry.DestroyedNote, read.WhatRemains().Note);
    }

    [Fact]
    public async Task Read_WithOneRowUnderAKeyThatNothingOpens_NamesItAndHidesNoOther()
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0), Entry(1), Entry(2)], None);
        await RunAsync(
            "INSERT INTO audit_key (id, month, tenant, wrapping_key, wrapped, created_at) "
                + "SELECT 7, month, tenant, wrapping_key, wrapped, created_at FROM audit_key"
        );
        await RunAsync("UPDATE audit_event SET body_key = 7 WHERE sequence = 0");

        var read = await storage.Store.ReadAsync("log", 0, 9, None);
        Assert.Equal(["body_key", null, null], read.Select(static entry => entry.Unreadable));
        Assert.Contains("data key 7", read[0].Unopened, StringComparison.Ordinal);
        Assert.Null(read[1].Unopened);
        Assert.Equal(Text(Entry(2)), Text(read[2]));
        Assert.Equal(3, (await storage.Store.QueryAsync(new AuditQuery { Client = "acme" }, None)).Entries.Count);
    }

    // Its twin is a store of which nothing can be read: that its keys are missing is said.
    [Fact]
    public async Task Read_WithoutKeysAndWithOneSealedRowAmongPlainOnes_NamesItAndHidesNoOther()
    {
        await using (var sealing = Open(Ring("one")))
        {
            await sealing.Store.AppendAsync([Entry(2)], None);
        }

        await using var storage = Open(null);
        await Assert.ThrowsAsync<BodyKeyException>(() => storage.Store.ReadAsync("log", 0, 9, None));
        await storage.Store.AppendAsync([Entry(0), Entry(1)], None);

        var read = await storage.Store.ReadAsync("log", 0, 9, None);
        Assert.Equal([null, null, "body_key"], read.Select(static entry => entry.Unreadable));
        Assert.Equal(Text(Entry(1)), Text(read[1]));
        Assert.Equal("body_key", Assert.Single(await storage.Store.ReadAsync("log", 2, 9, None)).Unreadable);
    }

    [Fact]
    public async Task CheckBodyKeys_WithARowThatNoKeyOpens_NamesItAndTheRestIsReadAndRotated()
    {
        await using (var before = Open(Ring("one")))
        {
            await before.Store.AppendAsync([Entry(0)], None);
        }

        // As whoever may ship can put it there, as new as the newest of its name: a wrapped key opens under its own id only.
        await RunAsync(
            "INSERT INTO audit_key (id, month, tenant, wrapping_key, wrapped, created_at) "
                + "SELECT 7, month, tenant, wrapping_key, wrapped, created_at FROM audit_key"
        );

        await using var rotated = Open(Ring("two", "one"));
        Assert.Contains("Data key 7", Assert.Single(await rotated.CheckBodyKeysAsync(None)), StringComparison.Ordinal);
        var (_, keys, unopened) = await rotated.SealStoredAsync(None);
        Assert.Equal(1, keys);
        Assert.Contains("Data key 7", Assert.Single(unopened), StringComparison.Ordinal);

        await using var after = Open(Ring("two"));
        Assert.Equal(Text(Entry(0)), Text(Assert.Single(await after.Store.ReadAsync("log", 0, 9, None))));

        // A record under it is named by whoever reads it, also where it is the only one; who never opened any says that his keys are wrong.
        await RunAsync("UPDATE audit_event SET body_key = 7");
        Assert.Contains(
            "Record 0 of log",
            Assert.Single(await after.Store.ReadAsync("log", 0, 9, None)).Unopened,
            StringComparison.Ordinal
        );
        await using var begun = Open(Ring("two"));
        var read = await Assert.ThrowsAsync<BodyKeyException>(() => begun.Store.ReadAsync("log", 0, 9, None));
        Assert.Contains("Record 0 of log", read.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_WithRowsOfATimeToComeUnderAKeyThatNothingOpens_FindsTheOthers()
    {
        await using var storage = Open(Ring("one"));
        await storage.Store.AppendAsync([Entry(0)], None);
        Assert.Empty(await storage.CheckBodyKeysAsync(None));

        // As whoever may ship can: more than a page of them, in a month of their own.
        await storage.Store.AppendAsync(
            [.. Enumerable.Range(0, 60).Select(i => Entry(i) with { Log = "x/1", Time = Entry(0).Time.AddMonths(1), Client = "acme" })],
            None
        );
        await RunAsync(
            "INSERT INTO audit_key (id, month, tenant, wrapping_key, wrapped, created_at) "
                + "SELECT 7, month, tenant, wrapping_key, wrapped, created_at FROM audit_key WHERE id = (SELECT min(id) FROM audit_key)"
        );
        await RunAsync("UPDATE audit_event SET body_key = 7 WHERE log = 'x/1'");

        foreach (
            var query in new[]
            {
                new AuditQuery { Limit = 50 },
                new AuditQuery { Limit = 50, Client = "acme" },
            }
        )
        {
            var first = await storage.Store.QueryAsync(query, None);
            Assert.All(first.Entries, static entry => Assert.Equal(("x/1", "body_key"), (entry.Log, entry.Unreadable)));
            var second = await storage.Store.QueryAsync(query with { Cursor = first.Next }, None);
            Assert.Equal(Text(Entry(0)), Text(second.Entries[^1]));
        }
    }
}
