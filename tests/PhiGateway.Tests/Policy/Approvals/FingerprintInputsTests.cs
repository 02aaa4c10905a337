using System.Reflection;
using PhiGateway.Policy.Approvals;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Policy.Snapshot;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Policy.Approvals;

/// <summary>
/// Every member of everything that is approved, found by reflection: it is in the fingerprint, or it stands here among those that are not,
/// with the reason. A new member must be put on one side.
/// </summary>
public sealed class FingerprintInputsTests
{
    private static readonly ClientLimits EveryLimit = new()
    {
        RequestsPerSecond = 1,
        Concurrency = 1,
        DistinctPatientsPerHour = 1,
        RecordsPerDay = 1,
        DistinctPatientsPerDay = 1,
        DistinctPatientsPer30Days = 1,
        BytesPerDay = 1,
        ExportsPerDay = 1,
        WritesPerDay = 1,
        BreakGlassPerDay = 1,
    };

    private static readonly ApprovedInput Approved = new(
        TestRegistry.Client() with
        {
            Deputy = "li",
            Actors = ["agent"],
            Charter = new AgentCharter
            {
                Model = "reader-4.1",
                Vendor = "acme-ai",
                Instance = "ward-3",
                Accountable = "mary",
                AccountableUntil = new DateOnly(2026, 11, 1),
                CallsPerDay = 100,
            },
            Expires = new DateOnly(2026, 9, 1),
            MaxTokenLifetimeSeconds = 300,
            Limits = EveryLimit,
            Throttle = new ClientThrottle
            {
                RequestsPerSecond = 1,
                By = ["rosa"],
                At = new DateTimeOffset(2026, 3, 1, 0, 0, 0, TimeSpan.Zero),
                Reason = "odd",
            },
        },
        TestRegistry.UseCase(
            grants: TestRegistry.Grant() with
            {
                Masks = ["note"],
                Where = new Dictionary<string, string> { ["category"] = "laboratory" },
            }
        ) with
        {
            LegalBasis = "treatment",
            StepUp = new StepUp
            {
                FreshWithinSeconds = 300,
                Acr = ["urn:mfa"],
                Types = ["Observation"],
            },
            Description = "d",
            Limits = EveryLimit,
        },
        TestRegistry.Agreement() with
        {
            LegalReview = new LegalReview("counsel", new DateOnly(2026, 1, 1), "LR", new DateOnly(2026, 12, 1)),
        },
        TestRegistry.Organization() with
        {
            LastReview = new VendorReview(new DateOnly(2026, 1, 1), "li", "VR", new DateOnly(2026, 12, 1)),
            Limits = EveryLimit,
        },
        [
            TestRegistry.Credential() with
            {
                Thumbprint = new string('a', 64),
                JwksUri = "https://acme.example/jwks",
                JwkThumbprint = "thumb",
                SpiffeId = "spiffe://acme.example/feed",
                KeyHash = new string('b', 64),
                SubjectDn = "CN=acme",
                SanDns = "acme.example",
                SanUri = "urn:acme",
                Jwk = new PublicJwk
                {
                    Kty = "EC",
                    Crv = "P-256",
                    X = "x",
                    Y = "y",
                    N = "n",
                    E = "e",
                    Kid = "k",
                },
            },
        ]
    );

    private static readonly Dictionary<string, string> NotApproved = new()
    {
        ["Client.Description"] = "words",
        ["Client.Deputy"] = "a contact: the owner answers",
        ["Client.OwnerConfirmed"] = "a confirmation with the door 'owner'",
        ["Client.Status"] = "a state with the door 'client'",
        ["Client.StatusReason"] = "words",
        ["Client.Throttle.RequestsPerSecond"] = "narrows, and is lifted by a second person",
        ["Client.Throttle.By"] = "as its rate",
        ["Client.Throttle.At"] = "as its rate",
        ["Client.Throttle.Reason"] = "words",
        ["Client.RequestedBy"] = "bookkeeping for four eyes",
        ["Client.ChangedBy"] = "bookkeeping for four eyes",
        ["UseCase.Title"] = "words",
        ["UseCase.Description"] = "words",
        ["UseCase.Status"] = "a state with the door 'use-case'",
        ["UseCase.ChangedBy"] = "bookkeeping for four eyes",
        ["Agreement.Id"] = "in the use case's reference; ids never change",
        ["Agreement.Terminated"] = "a state with the door 'agreement'",
        ["Organization.Id"] = "in the use case's reference; ids never change",
        ["Organization.Name"] = "words",
        ["Organization.Status"] = "a state with the door 'organization'",
        ["Organization.Contacts"] = "contacts",
        ["Organization.LastReview.On"] = "a confirmation with the door 'vendor-review'",
        ["Organization.LastReview.By"] = "a confirmation with the door 'vendor-review'",
        ["Organization.LastReview.Reference"] = "a confirmation with the door 'vendor-review'",
        ["Organization.LastReview.NextDue"] = "a confirmation with the door 'vendor-review'",
        ["Credential.Created"] = "inventory",
        ["Credential.RotateBy"] = "a date with the door 'credential-rotation'",
        ["Credential.Expires"] = "a date with the door 'credential'",
        ["Credential.OverlapUntil"] = "a date with the door 'credential'",
    };

    private static readonly string[] Compared = ["Client", "UseCase", "Agreement", "Organization", "Credential"];

    // What is not compared member by member above: none of it says what a client may do, beyond what is approved.
    private static readonly Dictionary<Type, Dictionary<string, string>> CannotWiden = new()
    {
        [typeof(Roster)] = new()
        {
            ["Id"] = "named by the grant, which is in the fingerprint",
            ["Title"] = "words",
            ["Kind"] = "words: no decision reads it",
            ["Source"] = "words: no decision reads it",
        },
        [typeof(RosterMember)] = new()
        {
            ["Roster"] = "whose care a roster describes changes daily: approved is that it is followed",
            ["Patient"] = "as Roster; each change is recorded with its patient",
            ["From"] = "as Roster",
            ["Until"] = "as Roster",
            ["Source"] = "words",
        },
        [typeof(TaskGrant)] = new()
        {
            ["Id"] = "a name",
            ["Client"] = "opens nothing but what a grant with patients.task covers, which is in the fingerprint",
            ["Patient"] = "as Client: one patient for one workflow, approved is that tasks are followed",
            ["Resource"] = "as Patient",
            ["Workflow"] = "words",
            ["Expires"] = "as Patient; a task ends",
            ["MaxUses"] = "as Patient",
            ["Closed"] = "as Patient",
            ["ByToken"] = "says which calls are covered, of what the grants cover",
            ["UseCase"] = "takes away: a client of another use case has no such task",
            ["Tenant"] = "takes away",
            ["Interactions"] = "takes away",
            ["Types"] = "takes away",
        },
        [typeof(Approval)] = new()
        {
            ["Id"] = "the approval does not approve itself",
            ["Client"] = "as Id",
            ["RequestedBy"] = "as Id; four eyes have the door 'approval'",
            ["ApprovedBy"] = "as RequestedBy",
            ["ApprovedAt"] = "as Id; decides which approval counts",
            ["Reason"] = "words",
            ["Fingerprint"] = "as Id",
            ["Until"] = "a date with the door 'approval-term'",
            ["CarriedOver"] = "bookkeeping",
        },
        [typeof(Review)] = new()
        {
            ["Id"] = "a name",
            ["Client"] = "a confirmation with the door 'review'",
            ["On"] = "as Client; never in the future",
            ["By"] = "words",
            ["Decision"] = "as Client; a removal closes the door 'approval'",
            ["Evidence"] = "words",
        },
        [typeof(Revocation)] = new()
        {
            ["Id"] = "a name",
            ["Target"] = "closes; lifting opens the door 'revocation' only",
            ["Value"] = "as Target",
            ["Issuer"] = "as Target",
            ["IssuedBefore"] = "as Target",
            ["Reason"] = "words",
            ["By"] = "words",
            ["At"] = "bookkeeping",
            ["Lifted"] = "as Target",
            ["Until"] = "of a single token, its own end: what it closed has ended by then",
        },
        [typeof(Alert)] = new() { ["*"] = "tells people, no decision reads it" },
        [typeof(AdminKey)] = new() { ["*"] = "opens the control plane and no client's path" },
        [typeof(Campaign)] = new() { ["*"] = "asks people, no decision reads it" },
        [typeof(SavedSearch)] = new() { ["*"] = "as Alert" },
        [typeof(AlertCase)] = new() { ["*"] = "as Alert" },
        [typeof(CampaignItem)] = new() { ["*"] = "as Campaign; what is decided is written as a review, a use case, a client" },
    };

    [Fact]
    public void RegistryTypes_EveryMemberOfEveryKind_IsComparedOrCannotWiden()
    {
        var types = Enum.GetValues<RegistryKind>().Select(RegistryJson.TypeOf).Concat([typeof(RosterMember), typeof(Revocation)]);
        foreach (var type in types.Where(static type => !Compared.Contains(type.Name)))
        {
            Assert.True(CannotWiden.TryGetValue(type, out var known), $"{type.Name} decides about access, or it says why not.");
            Assert.All(known.Values, static reason => Assert.NotEmpty(reason));
            if (!known.ContainsKey("*"))
            {
                Assert.Equal(
                    type.GetProperties(BindingFlags.Public | BindingFlags.Instance).Select(static property => property.Name).Order(),
                    known.Keys.Order()
                );
            }
        }
    }

    // Of another kind it is recognised no more: a client id that became a certificate lets nobody in.
    [Fact]
    public void Compare_EveryMemberByWhichACredentialIsRecognised_Widens() =>
        Assert.All(
            Inputs()
                .Where(static input =>
                    input.Path.StartsWith("Credential.", StringComparison.Ordinal)
                    && input.Path != "Credential.Kind"
                    && !NotApproved.ContainsKey(input.Path)
                ),
            static input => Assert.True(AccessDiff.Classify(Approved, input.Changed) == ChangeKind.Widening, input.Path)
        );

    [Fact]
    public void Of_EveryMember_IsInTheFingerprintOrKnownNotToBe()
    {
        var inputs = Inputs().ToList();
        Assert.True(inputs.Count > 60);
        Assert.Equal(
            NotApproved.Keys.Order(),
            inputs.Where(static input => input.Changed.Fingerprint == Approved.Fingerprint).Select(static input => input.Path).Order()
        );
    }

    [Fact]
    public void Compare_EveryMemberOfTheFingerprint_IsNamedInTheDifference() =>
        Assert.All(
            Inputs().Where(static input => input.Changed.Fingerprint != Approved.Fingerprint),
            static input =>
                Assert.DoesNotContain(
                    AccessDiff.Compare(Approved, input.Changed),
                    static change => change.Words == "What was approved is written differently."
                )
        );

    [Fact]
    public void Compare_EveryMemberOfTheFingerprint_ClosesThePathOfTheApprovedClient()
    {
        foreach (var (path, changed) in Inputs().Where(static input => input.Changed.Fingerprint != Approved.Fingerprint))
        {
            var approval = TestRegistry.Approval(Approved.Fingerprint);
            var door = PathDoors
                .Of(changed.Client, null, approval, null, new ApprovalForms(changed.Fingerprint, string.Empty), null, notUnderstood: false)
                .Single(static door => door.Name == "approval-fingerprint");
            Assert.False(door.IsOpen(TestRegistry.Now.UtcTicks), path);
        }
    }

    private static IEnumerable<(string Path, ApprovedInput Changed)> Inputs() =>
        Changes("Client", Approved.Client, static client => Approved with { Client = (Client)client })
            .Concat(Changes("UseCase", Approved.UseCase, static useCase => Approved with { UseCase = (UseCase)useCase }))
            .Concat(Changes("Agreement", Approved.Agreement!, static agreement => Approved with { Agreement = (Agreement)agreement }))
            .Concat(
                Changes(
                    "Organization",
                    Approved.Organization!,
                    static organization => Approved with { Organization = (Organization)organization }
                )
            )
            .Concat(
                Changes(
                    "Credential",
                    Approved.Credentials.First(),
                    static credential => Approved with { Credentials = [(Credential)credential] }
                )
            );

    private static IEnumerable<(string Path, ApprovedInput Changed)> Changes(string path, object entity, Func<object, ApprovedInput> put)
    {
        foreach (
            var property in entity
                .GetType()
                .GetProperties(BindingFlags.Public | BindingFlags.Instance)
                .Where(static property => property.CanWrite)
        )
        {
            var value = property.GetValue(entity);
            var place = $"{path}.{property.Name}";
            if (value is IReadOnlyList<Grant> grants)
            {
                yield return (place, put(With(entity, property, (Grant[])[.. grants, TestRegistry.Grant("another")])));
                foreach (var inner in Changes(place, grants[0], grant => put(With(entity, property, (Grant[])[(Grant)grant]))))
                {
                    yield return inner;
                }
            }
            else if (
                value is not null
                && value is not string
                && value.GetType() is { IsClass: true, IsArray: false } type
                && type.GetMethod("<Clone>$") is not null
            )
            {
                foreach (var inner in Changes(place, value, changed => put(With(entity, property, changed))))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return (place, put(With(entity, property, Other(value, property.PropertyType, place))));
            }
        }
    }

    private static object With(object record, PropertyInfo property, object? value)
    {
        var copy = record.GetType().GetMethod("<Clone>$")!.Invoke(record, null)!;
        property.SetValue(copy, value);
        return copy;
    }

    private static object Other(object? value, Type type, string place) =>
        (value, Nullable.GetUnderlyingType(type) ?? type) switch
        {
            (string text, _) => text + "x",
            (null, var kind) when kind == typeof(string) => "x",
            (bool flag, _) => !flag,
            (int number, _) => number + 1,
            (null, var kind) when kind == typeof(int) => 7,
            (long number, _) => number + 1,
            (null, var kind) when kind == typeof(long) => 7L,
            (DateOnly day, _) => day.AddDays(1),
            (null, var kind) when kind == typeof(DateOnly) => new DateOnly(2026, 8, 1),
            (null, var kind) when kind == typeof(DateTimeOffset) => TestRegistry.Now,
            (DateTimeOffset moment, _) => moment.AddDays(1),
            (Enum word, var kind) => Enum.GetValues(kind).Cast<object>().First(other => !other.Equals(word)),
            (IReadOnlyList<string> list, _) => (string[])[.. list, "x"],
            (IReadOnlyList<StepUpOccasion> list, _) => (StepUpOccasion[])[.. Enum.GetValues<StepUpOccasion>().Except(list).Take(1)],
            (IReadOnlyDictionary<string, string> map, _) => new Dictionary<string, string>(map) { ["x"] = "y" },
            _ => throw new InvalidOperationException($"Say how {place} is changed."),
        };
}
