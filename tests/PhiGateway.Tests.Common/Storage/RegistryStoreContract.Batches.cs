using PhiGateway.Policy.Registry;
using Xunit;

namespace PhiGateway.Tests.Common.Storage;

/// <content>One whole change: documents and revocations together, over the set that was judged.</content>
public abstract partial class RegistryStoreContract
{
    [Fact]
    public async Task Batch_DocumentsAndRevocations_AreVisibleTogether()
    {
        var batch = new RegistryBatch([new(RegistryKind.Client, "a", "1", 0), new(RegistryKind.Organization, "o", "2", 0)])
        {
            Revocations = [Revoke("x1", "a"), Revoke("x2", "b")],
        };
        var written = Assert.IsType<RegistryWriteResult.Written>(await Store.WriteAsync(batch, "tester", None));

        var seen = await AwaitRevisionAsync(written.Revision);
        var all = await Source.LoadAllAsync(None);
        Assert.Equal(written.Revision, all.Revision);
        Assert.Equal(["x1", "x2"], all.Revocations.Select(row => row.Id));
        Assert.Equal(2, all.Items.Count);
        Assert.Contains(seen.Revocations, row => row.Id == "x2");
    }

    [Fact]
    public async Task Batch_Conflict_WritesNoRevocation()
    {
        await PutAsync(RegistryKind.Client, "a", "1", 0);
        var before = await Store.GetRevisionAsync(None);

        var result = await Store.WriteAsync(
            new RegistryBatch([new(RegistryKind.Client, "a", "2", 7)]) { Revocations = [Revoke("x1", "a")] },
            "tester",
            None
        );

        Assert.Equal(new RegistryWriteResult.Conflict(RegistryKind.Client, "a", 1), result);
        Assert.Empty(await Store.ListRevocationsAsync(10, None));
        Assert.Equal(before, await Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Batch_RevocationIdOfAnother_WritesNoDocument()
    {
        await Store.RevokeAsync(Revoke("x1", "a"), None);
        var before = await Store.GetRevisionAsync(None);
        await Assert.ThrowsAsync<ArgumentException>(() =>
            Store.WriteAsync(
                new RegistryBatch([new(RegistryKind.Client, "a", "1", 0)]) { Revocations = [Revoke("x1", "other")] },
                "tester",
                None
            )
        );
        Assert.Null(await Store.FindAsync(RegistryKind.Client, "a", None));
        Assert.Equal(before, await Store.GetRevisionAsync(None));
    }

    [Fact]
    public async Task Batch_DocumentsMovedOn_WritesNothing_MembersAndRevocationsDoNotCount()
    {
        var seen = (await PutAsync(RegistryKind.Client, "a", "1", 0)).Revision;
        await Store.PutMembersAsync([Member("r", "p-1")], "tester", None);
        await Store.RevokeAsync(Revoke("x1", "a"), None);
        Assert.IsType<RegistryWriteResult.Written>(
            await Store.WriteAsync(new RegistryBatch([new(RegistryKind.Client, "b", "1", 0)]) { SeenRevision = seen }, "tester", None)
        );

        var newest = (await Store.FindAsync(RegistryKind.Client, "b", None))!.Revision;
        Assert.Equal(
            new RegistryWriteResult.Moved(newest),
            await Store.WriteAsync(
                new RegistryBatch([new(RegistryKind.Client, "c", "1", 0)]) { SeenRevision = seen, Revocations = [Revoke("x2", "c")] },
                "tester",
                None
            )
        );
        Assert.Null(await Store.FindAsync(RegistryKind.Client, "c", None));
        Assert.Single(await Store.ListRevocationsAsync(10, None));
    }

    [Fact]
    public async Task Batch_ManyWritersOverTheSameSet_OneWins()
    {
        var seen = (await PutAsync(RegistryKind.Client, "a", "1", 0)).Revision;
        var results = await Task.WhenAll(
            Enumerable
                .Range(0, 12)
                .Select(i =>
                    Task.Run(() =>
                        Store.WriteAsync(
                            new RegistryBatch([new(RegistryKind.Client, $"w{i}", "1", 0)]) { SeenRevision = seen },
                            "tester",
                            None
                        )
                    )
                )
        );

        Assert.Single(results.OfType<RegistryWriteResult.Written>());
        Assert.Equal(11, results.OfType<RegistryWriteResult.Moved>().Count());
        Assert.Equal(2, (await Store.ListAsync(RegistryKind.Client, null, 100, None)).Count);
    }
}
