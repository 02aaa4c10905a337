using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Vocabulary;
using PhiGateway.Tests.Gateway.Stages;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Release;

/// <summary>
/// The files of a group's export tell who its members are, so that whoever may not see the group, or not its members, is told that there is none.
/// </summary>
public sealed class GroupExportTests : IDisposable
{
    private const string Kick = "/fhir/Group/g1/$export?_type=Observation";
    private readonly StageWorld _world = new(null, null, Granted());

    public void Dispose() => _world.Dispose();

    /// <summary>What a group may bear, for a client of any patient and for one of a roster.</summary>
    public static TheoryData<string, bool> Hidden
    {
        get
        {
            var cases = new TheoryData<string, bool>();
            foreach (
                var meta in (string[])
                    [
                        """{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}""",
                        """{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-Confidentiality","code":"R"}]}""",
                        """{"security":[{"system":"https://hospital.example/labels","code":"VIP"}]}""",
                    ]
            )
            {
                cases.Add(meta, true);
                cases.Add(meta, false);
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Hidden))]
    public async Task Run_GroupThatMayNotBeSeen_IsAsOneThatIsNotThere(string meta, bool any)
    {
        Publish(Granted(any));
        var missing = await AskAsync(Kick);
        foreach (
            var members in (string[][])
                [
                    ["17"],
                    ["17", "18"],
                    ["18"],
                    [],
                ]
        )
        {
            _world.Upstream.Answers("GET /Group/g1", Group(meta, members));

            Assert.Equal(DenyReason.NotFoundOrWithheld, missing);
            Assert.Equal(missing, await AskAsync(Kick));
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_GroupThatMayBeSeen_IsExported(bool any)
    {
        Publish(Granted(any));
        foreach (
            var members in (string[][])
                [
                    ["17"],
                    ["17", "18"],
                    [],
                ]
        )
        {
            _world.Upstream.Answers("GET /Group/g1", Group("""{"versionId":"1"}""", members));

            Assert.Null(await AskAsync(Kick));
        }
    }

    // A group whose members the server works out tells by who is among them what their records say: to whom something may be withheld it is as
    // one that is not there. One that lists its members may have traits besides.
    [Theory]
    [InlineData("\"actual\":false,\"characteristic\":[{\"code\":{\"text\":\"x\"}}]", false)]
    [InlineData("\"characteristic\":[{\"code\":{\"text\":\"x\"}}]", false)]
    [InlineData(
        "\"actual\":true,\"modifierExtension\":[{\"url\":\"http://hl7.org/fhir/uv/bulkdata/StructureDefinition/member-filter\"}]",
        false
    )]
    [InlineData(
        "\"actual\":false,\"characteristic\":[{\"code\":{\"text\":\"x\"}}],\"member\":[{\"entity\":{\"reference\":\"Patient/17\"}}]",
        false
    )]
    [InlineData(
        "\"actual\":true,\"characteristic\":[{\"code\":{\"text\":\"x\"}}],\"member\":[{\"entity\":{\"reference\":\"Patient/17\"}}]",
        true
    )]
    [InlineData("\"actual\":true,\"characteristic\":[],\"member\":[]", true)]
    [InlineData("\"actual\":true", true)]
    public async Task Run_GroupWhoseMembersAreWorkedOut_IsAsOneThatIsNotThere(string members, bool isOpen)
    {
        foreach (var any in (bool[])[true, false])
        {
            Publish(Granted(any));
            _world.Upstream.Answers("GET /Group/g1", $$"""{"resourceType":"Group","id":"g1","type":"person",{{members}}}""");

            Assert.Equal(isOpen ? null : DenyReason.NotFoundOrWithheld, await AskAsync(Kick));
            Assert.True(isOpen || await AskAsync("/fhir/Group/g1/$everything") == DenyReason.NotFoundOrWithheld);
        }
    }

    // Of whom it speaks cannot be read: it is for those to whom that does not matter.
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Run_GroupOfWhichNobodyCanSayWhoseItIs_IsForClientsOfAnyPatient(bool any)
    {
        Publish(Granted(any));
        _world.Upstream.Answers("GET /Group/g1", Group("{}", ["18", "Group/g2"]));

        Assert.Equal(any ? null : DenyReason.NotFoundOrWithheld, await AskAsync(Kick));
    }

    [Theory]
    [InlineData("person", null)]
    [InlineData("animal", "not-found-or-withheld")]
    public async Task Run_GroupUnderAConditionOfTheGrant_IsHeldToIt(string type, string? refusal)
    {
        var grant = Granted() with
        {
            Types = ["Group"],
            Where = new Dictionary<string, string> { ["type"] = "person" },
        };
        Publish(grant, Granted() with { Types = ["Observation"] });
        _world.Upstream.Answers("GET /Group/g1", Group("{}", ["17"], type));

        Assert.Equal(refusal, (await AskAsync(Kick))?.Code);
    }

    // A record and its patient must come under the same grant.
    [Fact]
    public async Task Run_LabelUnderOneGrantAndMemberUnderAnother_IsNotSeen()
    {
        Publish(
            Granted() with
            {
                Patients = new PatientScope { Roster = "empty" },
                Labels = ["HIV"],
            },
            Granted()
        );
        _world.Upstream.Answers(
            "GET /Group/g1",
            Group("""{"security":[{"system":"http://terminology.hl7.org/CodeSystem/v3-ActCode","code":"HIV"}]}""", ["17"])
        );

        Assert.Equal(DenyReason.NotFoundOrWithheld, await AskAsync(Kick));
    }

    [Theory]
    [InlineData("name,type", "hidden-element")]
    [InlineData("name,member", null)]
    [InlineData("", null)]
    public async Task Run_MembersThatAreHidden_AreToldByNoAnswer(string elements, string? refusal)
    {
        var grant = Granted() with { Types = ["Group"], Elements = elements.Split(',', StringSplitOptions.RemoveEmptyEntries) };
        Publish(grant, Granted() with { Types = ["Observation", "Patient"] });
        _world.Upstream.Answers("GET /Group/g1", Group("{}", ["17"]));

        Assert.Equal(refusal, (await AskAsync(Kick))?.Code);
        Assert.Equal(refusal, (await AskAsync("/fhir/Group/g1/$everything"))?.Code);
    }

    // From whom nothing is withheld nothing is found out.
    [Fact]
    public async Task Run_ClientThatSeesEverything_IsServedWithoutALook()
    {
        _world.Publish(
            TestRegistry.Build(
                TestRegistry.Open(
                    TestRegistry.UseCase(grants: Granted(any: true) with { Confidentiality = "V", Labels = StageWorld.EverySensitivity }),
                    null,
                    null,
                    TestRegistry.Organization() with
                    {
                        Kind = OrganizationKind.Internal,
                    }
                )
            )
        );

        Assert.Null(await AskAsync(Kick));
        Assert.Empty(_world.Upstream.Calls);
    }

    private void Publish(params Grant[] grants) =>
        _world.Publish(TestRegistry.Build([.. TestRegistry.Open(TestRegistry.UseCase(grants: grants)), TestRegistry.Roster("empty")]));

    private async Task<DenyReason?> AskAsync(string target)
    {
        using var exchange = _world.Open("GET", target, null, ("Prefer", "respond-async"));
        return (await _world.WalkAsync(exchange, "Settle")).Refusal;
    }

    private static Grant Granted(bool any = false) =>
        TestRegistry.Grant() with
        {
            Types = ["Observation", "Group", "Patient"],
            Interactions = ["read", "search", "export"],
            Operations = ["$everything"],
            Patients = any ? new PatientScope { Any = true } : TestRegistry.Grant().Patients,
        };

    private static string Group(string meta, string[] members, string type = "person")
    {
        var entities = members
            .Select(static id => id.Contains('/', StringComparison.Ordinal) ? id : $"Patient/{id}")
            .Select(static name => $$$"""{"entity":{"reference":"{{{name}}}"}}""");
        return $$"""
            {"resourceType":"Group","id":"g1","meta":{{meta}},"type":"{{type}}","actual":true,"member":[{{string.Join(',', entities)}}]}
            """;
    }
}
