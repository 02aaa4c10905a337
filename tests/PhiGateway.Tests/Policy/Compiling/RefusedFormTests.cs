using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>What stands in the place of a document that is not believed says nothing but whom that closes.</summary>
public sealed class RefusedFormTests
{
    // The approval before it has no end and fits what is there: it must not count again.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Of_TheRowThatShutAClient_KeepsItShut_AndNobodyElse(bool isApproval)
    {
        IRegistryEntity row = isApproval ? Ended() : Removed();
        var item = TestRegistry.Item(row);
        var refused = item with { Json = RefusedForm.Of(item) };
        var ofAnother = TestRegistry.Broken(item.Kind, "another", """{"client":"other"}""");

        Assert.Null(StoredBody.Read(refused, out _));
        Assert.True(IsOpen());
        Assert.False(IsOpen(item));
        Assert.False(IsOpen(refused));
        Assert.True(IsOpen(ofAnother with { Json = RefusedForm.Of(ofAnother) }));
    }

    [Fact]
    public void Of_AUseCase_KeepsTheLabelsThatItNames()
    {
        var item = TestRegistry.Item(TestRegistry.UseCase("vip-team", grants: TestRegistry.Grant() with { Labels = ["urn:hosp|VIP"] }));
        var unclear = TestRegistry.Broken(RegistryKind.UseCase, "other-team", """{"grants":[{"labels":[{"code":"VIP"}]}]}""");

        Assert.Equal([new SecurityLabel("urn:hosp", "VIP")], LabelsBeside(item));
        Assert.Equal([SecurityLabel.Unknown], LabelsBeside(unclear));
        Assert.Empty(LabelsBeside(TestRegistry.Item(TestRegistry.UseCase("plain"))));
    }

    [Theory]
    [InlineData(RegistryKind.Client, """{"id":"x","client":"connector"}""")]
    [InlineData(RegistryKind.TaskGrant, """{"id":"x","client":"connector"}""")]
    [InlineData(RegistryKind.Approval, """{"id":"x","client":7}""")]
    [InlineData(RegistryKind.Approval, "not json")]
    [InlineData(RegistryKind.UseCase, "{}")]
    public void Of_WhatClosesNobodyByItsName_IsEmpty(RegistryKind kind, string json) =>
        Assert.Equal("{}", RefusedForm.Of(TestRegistry.Broken(kind, "x", json)));

    private static SecurityLabel[] LabelsBeside(RegistryItem item)
    {
        var others = TestRegistry.Open().Select(static entity => TestRegistry.Item(entity));
        var refused = item with { Json = RefusedForm.Of(item) };
        Assert.Null(StoredBody.Read(refused, out _));
        return new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes([refused, .. others])).Labels.All;
    }

    private static Approval Ended()
    {
        var first = TestRegistry.Open().OfType<Approval>().Single();
        return first with { Id = "later", ApprovedAt = first.ApprovedAt.AddDays(1), Until = new DateOnly(2026, 4, 1) };
    }

    private static Review Removed() =>
        new()
        {
            Id = "later",
            Client = "connector",
            On = new DateOnly(2026, 4, 1),
            By = "li@hospital.example",
            Decision = ReviewDecision.Remove,
        };

    private static bool IsOpen(params RegistryItem[] further)
    {
        RegistryItem[] items = [.. TestRegistry.Open().Select(static entity => TestRegistry.Item(entity)), .. further];
        var snapshot = new RegistrySnapshotBuilder().Rebuild(TestRegistry.Changes(items, 1, [TestRegistry.Member("17")]));
        return Posture.Of(snapshot.FindClientById("connector")!, snapshot, TestRegistry.Now).All(static door => door.Open || !door.Guards);
    }
}
