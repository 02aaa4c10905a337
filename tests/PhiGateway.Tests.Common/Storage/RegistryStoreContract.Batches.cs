using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
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

    [Theory]
    [InlineData(null)]
    [InlineData("idp")]
    public async Task Batch_LiftOfWhatWasRevokedAnewMeanwhile_WritesNothing_OverTheNewestItDoes(string? issuer)
    {
        Revocation Row(string id) => Revoke(id, "a") with { Target = RevocationTarget.Subject, Issuer = issuer, IssuedBefore = Moment(0) };
        await Store.RevokeAsync(Row("x1"), None);
        await Store.RevokeAsync(Row("x2"), None);
        await Store.RevokeAsync(Row("x3") with { Issuer = "other" }, None);
        await Store.RevokeAsync(Row("x4") with { Value = "b" }, None);
        var before = await Store.GetRevisionAsync(None);
        var lift = Row("x5") with { Lifted = true };

        var late = await Store.WriteAsync(new RegistryBatch([]) { Revocations = [lift], SeenRevocation = "x1" }, "tester", None);
        Assert.IsType<RegistryWriteResult.Moved>(late);
        Assert.Equal(before, await Store.GetRevisionAsync(None));

        var seen = await Store.WriteAsync(new RegistryBatch([]) { Revocations = [lift], SeenRevocation = "x2" }, "tester", None);
        Assert.IsType<RegistryWriteResult.Written>(seen);
        Assert.True((await Store.ListRevocationsAsync(1, None))[0].Lifted);
    }

    // Nodes read both as one, so that a lift takes both away: whoever lifts has not seen the second.
    [Theory]
    [InlineData(RevocationTarget.TokenHash, "ab", null, "AB", null, false)]
    [InlineData(RevocationTarget.IssuedBefore, "*", null, "*", "*", false)]
    [InlineData(RevocationTarget.IssuedBefore, "*", "idp", "idp", null, false)]
    [InlineData(RevocationTarget.Subject, "a", null, "a", "*", false)]
    [InlineData(RevocationTarget.Client, "a", null, "a", "idp", false)]
    [InlineData(RevocationTarget.Token, "a", "idp", "A", "idp", true)]
    [InlineData(RevocationTarget.Token, "a", "idp", "a", "other", true)]
    public async Task Batch_LiftOfWhatWasRevokedInAnotherSpellingMeanwhile_WritesNothing_OfSomethingElseItDoes(
        RevocationTarget target,
        string value,
        string? issuer,
        string later,
        string? laterIssuer,
        bool isWritten
    )
    {
        Revocation Row(string id, string of, string? by) => Revoke(id, of) with { Target = target, Issuer = by, IssuedBefore = Moment(0) };
        await Store.RevokeAsync(Row("x1", value, issuer), None);
        await Store.RevokeAsync(Row("x2", later, laterIssuer), None);
        var lift = Row("x3", value, issuer) with { Lifted = true };

        var result = await Store.WriteAsync(new RegistryBatch([]) { Revocations = [lift], SeenRevocation = "x1" }, "tester", None);

        Assert.Equal(isWritten, result is RegistryWriteResult.Written);
        var gone = new RegistryBatch([]) { Revocations = [lift with { Id = "x4" }], SeenRevocation = "x0" };
        Assert.IsType<RegistryWriteResult.Moved>(await Store.WriteAsync(gone, "tester", None));
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

    /// <summary>Alerts come in bursts: what is not judged by them does not lose to them, and each still loses to its like.</summary>
    [Theory]
    [InlineData(RegistryKind.Alert, RegistryKind.Client, true)]
    [InlineData(RegistryKind.Alert, RegistryKind.Case, true)]
    [InlineData(RegistryKind.Case, RegistryKind.Client, true)]
    [InlineData(RegistryKind.CampaignItem, RegistryKind.Client, true)]
    [InlineData(RegistryKind.SavedSearch, RegistryKind.Approval, true)]
    [InlineData(RegistryKind.Case, RegistryKind.Case, false)]
    [InlineData(RegistryKind.CampaignItem, RegistryKind.Campaign, false)]
    [InlineData(RegistryKind.Client, RegistryKind.Alert, false)]
    [InlineData(RegistryKind.UseCase, RegistryKind.Credential, false)]
    [InlineData(RegistryKind.Approval, RegistryKind.Client, false)]
    [InlineData(RegistryKind.AdminKey, RegistryKind.AdminKey, false)]
    public async Task Batch_AnotherKindMovedOn_IsWrittenWhereItIsNotJudgedByThat(RegistryKind moved, RegistryKind written, bool isWritten)
    {
        var seen = (await PutAsync(RegistryKind.Client, "a", "1", 0)).Revision;
        await PutAsync(moved, "m", "1", 0);
        var result = await Store.WriteAsync(new RegistryBatch([new(written, "w", "1", 0)]) { SeenRevision = seen }, "tester", None);
        Assert.Equal(isWritten, result is RegistryWriteResult.Written);

        // A version that is not the expected one is a conflict all the same.
        Assert.IsType<RegistryWriteResult.Conflict>(
            await Store.WriteAsync(
                new RegistryBatch([new(moved, "m", "2", 0)]) { SeenRevision = await Store.GetRevisionAsync(None) },
                "tester",
                None
            )
        );
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

    [Fact]
    public async Task PutMembers_BeyondTheBound_WritesNothing_WithinItAll()
    {
        var start = await Store.PutMembersAsync([Member("r", "p0"), Member("other", "x0")], "tester", None);
        var bound = new MemberBound("r", 2, [0, start], await Store.GetRevisionAsync(None));

        var both = await Store.PutMembersAsync([Member("r", "p1"), Member("r", "p2")], bound, "tester", None);
        Assert.Equal([0L], Assert.IsType<MemberWriteResult.Outgrown>(both).Since);
        bound = bound with { Since = [start] };
        Assert.IsType<MemberWriteResult.Written>(
            await Store.PutMembersAsync([Member("r", "p1"), Member("r", "p2")], bound, "tester", None)
        );
        Assert.IsType<MemberWriteResult.Written>(await Store.PutMembersAsync([Member("r", "p1")], bound, "tester", None));
        Assert.IsType<MemberWriteResult.Outgrown>(await Store.PutMembersAsync([Member("r", "p3")], bound, "tester", None));

        // What went again was added all the same.
        await Store.RemoveMembersAsync("r", [PatientId.Parse("p1"), PatientId.Parse("p2")], "tester", None);
        Assert.IsType<MemberWriteResult.Outgrown>(await Store.PutMembersAsync([Member("r", "p3")], bound, "tester", None));
        Assert.Equal(["p0"], (await Store.ListMembersAsync("r", null, 10, None)).Select(static member => member.Patient.Value));
    }

    [Fact]
    public async Task PutMembers_OnDocumentsThatHaveMoved_WritesNothing()
    {
        var bound = new MemberBound("r", 5, [0], await Store.GetRevisionAsync(None));
        await Store.WriteAsync([new RegistryWrite(RegistryKind.Roster, "r", "{}", null)], "tester", None);

        Assert.IsType<MemberWriteResult.Moved>(await Store.PutMembersAsync([Member("r", "p1")], bound, "tester", None));
        Assert.Empty(await Store.ListMembersAsync("r", null, 10, None));
    }

    [Fact]
    public async Task PutMembers_TwoAtOnce_NeverPassTheBoundTogether()
    {
        for (var round = 0; round < 10; round++)
        {
            var roster = $"r{round}";
            var revision = await Store.GetRevisionAsync(None);
            var bound = new MemberBound(roster, 5, [revision], revision);
            var results = await Task.WhenAll(
                Enumerable
                    .Range(0, 3)
                    .Select(writer =>
                        Task.Run(() =>
                            Store.PutMembersAsync(
                                [.. Enumerable.Range(0, 3).Select(i => Member(roster, $"p{writer}{i}"))],
                                bound,
                                "tester",
                                None
                            )
                        )
                    )
            );

            Assert.Single(results.OfType<MemberWriteResult.Written>());
            Assert.Equal(3, await Store.CountMembersAsync(roster, 0, withRemoved: true, None));
        }
    }
}
