using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Policy.Cases;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Decisions;

/// <summary>
/// Adding a fact that speaks against a request never turns a deny into a permit; random sets of such facts on every case.
/// </summary>
public sealed class DenyStaysDenyTests
{
    private static readonly Func<AccessRequest, AccessRequest>[] Against =
    [
        static request => request with { TenantTag = new TokenValue("urn:tenants", "elsewhere") },
        static request =>
            request with
            {
                Parts =
                [
                    .. request.Parts.Select(static part =>
                        part with
                        {
                            Judgeable = new JudgeableFacts([], false, Confidentiality.VeryRestricted),
                        }
                    ),
                ],
            },
        static request => request with { Parts = [.. request.Parts, Asked.Search("Condition")] },
        static request =>
            request with
            {
                Parts = [.. request.Parts, Asked.Read("Patient", "99") with { Patients = [PatientId.Parse("99")] }],
            },
        static request => request with { Parts = [.. request.Parts, new AccessPart { Interaction = Interaction.None, Type = default }] },
        static request =>
            request with
            {
                Parts = [.. request.Parts.Select(static part => part with { Patients = [.. part.Patients, PatientId.Parse("99")] })],
            },
        static request => request with { Parts = [.. request.Parts.Select(static part => part with { Uses = [.. part.Uses, "secret"] })] },
        static request => request with { Parts = [.. request.Parts.Select(static part => part with { Relabels = true })] },
        static request => request with { Parts = [.. request.Parts.Select(static part => part with { Conditions = [] })] },
        static request => request with { Caller = request.Caller with { HasUnknownPurpose = true } },
        static request =>
            request with
            {
                Caller = request.Caller with { Purposes = [.. request.Caller.Purposes, PurposeOfUse.Parse("HMARKT")] },
            },
        static request => request with { Caller = request.Caller with { Scopes = ScopeSet.Empty } },
        static request =>
            IsBound(request)
                ? request
                : request with
                {
                    Caller = request.Caller with { Scopes = new ScopeSet([.. request.Caller.Scopes.Scopes.Skip(1)], 1) },
                },
        static request => request with { Caller = request.Caller with { Actors = [.. request.Caller.Actors, "stranger"] } },
        static request => request with { Caller = request.Caller with { Tenant = "elsewhere" } },
        static request => request with { Caller = request.Caller with { IssuerEnvironment = "elsewhere" } },
        static request => request with { Caller = request.Caller with { PurposeFromRegistry = false } },
        static request => request with { Caller = request.Caller with { Binding = ProofBinding.None } },
        static request => request with { Caller = request.Caller with { ExpiresAt = request.Caller.ExpiresAt.AddDays(1) } },
        static request => IsBound(request) ? request : request with { Caller = request.Caller with { PatientContext = null } },
        static request => request with { Environment = "elsewhere" },
        static request => request with { Peer = null },
        static request => request with { Justification = null },
    ];

    public static TheoryData<string> Cases => [.. CaseFiles.All];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decide_FactsAddedAgainstARefusedRequest_StaysRefused(string name)
    {
        var file = DecisionCase.Read(name);
        var refused = file.Main["expect"]!["deny"] is null ? file.Twin : file.Main;
        var (request, snapshot) = DecisionCase.Arrange(refused);
        var random = new Random(4711);
        for (var round = 0; round < 40; round++)
        {
            var spoiled = request;
            for (var facts = random.Next(1, 4); facts > 0; facts--)
            {
                // An empty request gains a part by some of these, which is no fact against it.
                spoiled = request.Parts.Any(static part => part.Interaction is not (Interaction.Batch or Interaction.Transaction))
                    ? Against[random.Next(Against.Length)](spoiled)
                    : Against[^(1 + random.Next(14))](spoiled);
            }

            Assert.IsType<Deny>(PolicyDecisionPoint.Decide(spoiled, snapshot));
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Decide_SameInput_SameAnswer(string name)
    {
        var (request, snapshot) = DecisionCase.Arrange(DecisionCase.Read(name).Main);
        Assert.Equal(
            (PolicyDecisionPoint.Decide(request, snapshot) as Deny)?.Reason,
            (PolicyDecisionPoint.Decide(request, snapshot) as Deny)?.Reason
        );
    }

    [Fact]
    public void Decide_EveryFactAlone_ClosesWhatItSpeaksAgainst()
    {
        var snapshot = TestRegistry.Build(TestRegistry.Open());
        var request = Asked.For("connector", Asked.Search("Observation") with { Patients = [PatientId.Parse("17")] });
        Assert.IsType<Permit>(PolicyDecisionPoint.Decide(request, snapshot));
        Assert.True(Against.Count(change => PolicyDecisionPoint.Decide(change(request), snapshot) is Deny) >= 11);
    }

    [Fact]
    public void Decide_EmptySnapshot_KnowsNobody() =>
        Assert.Equal(
            DenyReason.UnknownClient,
            Assert
                .IsType<Deny>(PolicyDecisionPoint.Decide(Asked.For("connector", Asked.Read("Observation")), RegistrySnapshot.Empty))
                .Reason
        );

    [Fact]
    public void Decide_EntryMadeByHand_IsClosed() => Assert.True(new ClientEntry { Client = TestRegistry.Client() }.OpenUntil == 0);

    // A token of a patient and of a service at once is bound by its patient: without that it is another token, not a poorer one.
    private static bool IsBound(AccessRequest request) =>
        request.Caller.Scopes.Scopes.Any(static scope => scope.Level == ScopeLevel.Patient)
        && request.Caller.Scopes.Scopes.Any(static scope => scope.Level == ScopeLevel.System);
}
