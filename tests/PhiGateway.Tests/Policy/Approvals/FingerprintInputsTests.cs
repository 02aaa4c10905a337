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
    private static readonly ApprovedInput Approved = new(
        TestRegistry.Client() with
        {
            Deputy = "li",
            Expires = new DateOnly(2026, 9, 1),
            MaxTokenLifetimeSeconds = 300,
            Limits = new ClientLimits
            {
                RequestsPerSecond = 1,
                Concurrency = 1,
                DistinctPatientsPerHour = 1,
                RecordsPerDay = 1,
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
            Description = "d",
        },
        TestRegistry.Agreement() with
        {
            LegalReview = new LegalReview("counsel", new DateOnly(2026, 1, 1), "LR", new DateOnly(2026, 12, 1)),
        },
        TestRegistry.Organization() with
        {
            LastReview = new VendorReview(new DateOnly(2026, 1, 1), "li", "VR", new DateOnly(2026, 12, 1)),
        }
    );

    private static readonly Dictionary<string, string> NotApproved = new()
    {
        ["Client.Description"] = "words",
        ["Client.Deputy"] = "a contact: the owner answers",
        ["Client.OwnerConfirmed"] = "a confirmation with the door 'owner'",
        ["Client.Status"] = "a state with the door 'client'",
        ["Client.StatusReason"] = "words",
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
    };

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
                .Of(changed.Client, null, approval, null, changed.Fingerprint, null, notUnderstood: false)
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
            (DateOnly day, _) => day.AddDays(1),
            (null, var kind) when kind == typeof(DateOnly) => new DateOnly(2026, 8, 1),
            (Enum word, var kind) => Enum.GetValues(kind).Cast<object>().First(other => !other.Equals(word)),
            (IReadOnlyList<string> list, _) => (string[])[.. list, "x"],
            (IReadOnlyDictionary<string, string> map, _) => new Dictionary<string, string>(map) { ["x"] = "y" },
            _ => throw new InvalidOperationException($"Say how {place} is changed."),
        };
}
