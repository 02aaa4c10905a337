using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>What raises a limit that clients share opens, and takes two persons anew; what lowers one closes.</summary>
public sealed class SharedLimitChangeTests
{
    public static TheoryData<int?, int?, ChangeKind> Changes =>
        new()
        {
            { 10, 11, ChangeKind.Widening },
            { 10, null, ChangeKind.Widening },
            { 10, 9, ChangeKind.Narrowing },
            { null, 9, ChangeKind.Narrowing },
            { 10, 10, ChangeKind.None },
        };

    [Theory]
    [MemberData(nameof(Changes))]
    public void Classify_ALimitOfAUseCaseOrAnOrganization_ByWhetherItIsRaised(int? before, int? after, ChangeKind kind)
    {
        Assert.Equal(kind, AccessDiff.Classify(Of(Limits(before), null), Of(Limits(after), null)));
        Assert.Equal(kind, AccessDiff.Classify(Of(null, Limits(before)), Of(null, Limits(after))));
    }

    // Approvals from before there were such limits hold.
    [Fact]
    public void Fingerprint_WithoutLimitsOrWithNoneSet_IsTheSame() =>
        Assert.Equal(Of(null, null).Fingerprint, Of(new ClientLimits(), new ClientLimits()).Fingerprint);

    [Fact]
    public void Fingerprint_OfTheSameLimitAtAnotherOwner_IsAnother() =>
        Assert.NotEqual(Of(Limits(10), null).Fingerprint, Of(null, Limits(10)).Fingerprint);

    private static ClientLimits? Limits(int? most) => most is null ? null : new ClientLimits { RequestsPerSecond = most };

    private static ApprovedInput Of(ClientLimits? ofUseCase, ClientLimits? ofOrganization) =>
        new(
            TestRegistry.Client(),
            TestRegistry.UseCase() with
            {
                Limits = ofUseCase,
            },
            TestRegistry.Agreement(),
            TestRegistry.Organization() with
            {
                Limits = ofOrganization,
            },
            [TestRegistry.Credential()]
        );
}
