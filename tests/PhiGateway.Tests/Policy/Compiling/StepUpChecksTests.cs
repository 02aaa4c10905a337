using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>What a use case asks of sign-ins is read in one way or closes it, and taking it away needs two persons.</summary>
public sealed class StepUpChecksTests
{
    public static TheoryData<string, StepUp> Wrong =>
        new()
        {
            { "stepUp", new StepUp() },
            {
                "stepUp/freshWithinSeconds",
                new StepUp { FreshWithinSeconds = 0 }
            },
            {
                "stepUp/freshWithinSeconds",
                new StepUp { FreshWithinSeconds = 86_401 }
            },
            {
                "stepUp/acr/0",
                new StepUp { Acr = ["a b"] }
            },
            {
                "stepUp/acr/0",
                new StepUp { Acr = ["a\"b"] }
            },
            {
                "stepUp/types/0",
                new StepUp { FreshWithinSeconds = 1, Types = ["Thing"] }
            },
        };

    [Fact]
    public void Check_Good_LeavesTheUseCaseOpen()
    {
        var asked = new StepUp
        {
            FreshWithinSeconds = 300,
            Acr = ["urn:mfa"],
            Types = ["Observation"],
        };

        var snapshot = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase() with { StepUp = asked }));

        Assert.Empty(snapshot.Problems);
    }

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_Wrong_ClosesTheUseCaseAndSaysWhere(string member, StepUp asked)
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open(TestRegistry.UseCase() with { StepUp = asked }));

        Assert.Equal($"useCases/lab/{member}", snapshot.FindClientById("connector")!.Contradiction);
    }

    [Fact]
    public void Compare_LessAsked_IsWider()
    {
        var asked = new StepUp { FreshWithinSeconds = 300, Acr = ["urn:mfa"] };

        Assert.Equal(ChangeKind.Widening, Classify(asked, null));
        Assert.Equal(ChangeKind.Narrowing, Classify(null, asked));
        Assert.Equal(ChangeKind.Widening, Classify(asked, asked with { FreshWithinSeconds = 600 }));
        Assert.Equal(ChangeKind.Narrowing, Classify(asked, asked with { FreshWithinSeconds = 60 }));
        Assert.Equal(ChangeKind.Widening, Classify(asked, asked with { Acr = [] }));
        Assert.Equal(ChangeKind.Widening, Classify(asked, asked with { Types = ["Observation"] }));
    }

    private static ChangeKind Classify(StepUp? before, StepUp? after) => AccessDiff.Classify(Input(before), Input(after));

    private static ApprovedInput Input(StepUp? asked) =>
        new(
            TestRegistry.Client(),
            TestRegistry.UseCase() with
            {
                StepUp = asked,
            },
            TestRegistry.Agreement(),
            TestRegistry.Organization(),
            [TestRegistry.Credential()]
        );
}
