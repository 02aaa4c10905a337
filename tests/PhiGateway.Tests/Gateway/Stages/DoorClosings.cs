using PhiGateway.Identity.Tokens;
using PhiGateway.Policy.Compiling;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Decisions;
using PhiGateway.Tests.Policy.Snapshot;
using Xunit;

namespace PhiGateway.Tests.Gateway.Stages;

/// <summary>Whatever closes the door of the one client of a <see cref="StageWorld"/>, by name: each closes it wherever its request is.</summary>
/// <param name="grants">What its use case grants.</param>
internal sealed class DoorClosings(params Grant[] grants)
{
    /// <summary>What closes it for one patient alone: a request that names no patient goes on, without that one's records.</summary>
    public const string MemberRemoved = "member removed";

    private const string TaskClosed = "task closed";
    private const string TokenEnded = "token ended";
    private const string TaskId = "t1";

    private static readonly Dictionary<string, Action<DoorClosings, StageWorld>> All = new(StringComparer.Ordinal)
    {
        ["client suspended"] = static (doors, world) => doors.Publish(world, client: Suspended(ClientStatus.Suspended)),
        ["client quarantined"] = static (doors, world) => doors.Publish(world, client: Suspended(ClientStatus.Quarantined)),
        ["client archived"] = static (doors, world) => doors.Publish(world, client: Suspended(ClientStatus.Archived)),
        ["client revoked"] = static (doors, world) => doors.Revoke(world, RevocationTarget.Client, "connector"),
        ["credential revoked"] = static (doors, world) => doors.Revoke(world, RevocationTarget.Credential, "connector-oidc"),
        ["credential removed"] = static (doors, world) => doors.PublishWithout<Credential>(world),
        ["approval removed"] = static (doors, world) => doors.PublishWithout<Approval>(world),
        ["organization revoked"] = static (doors, world) => doors.Revoke(world, RevocationTarget.Organization, "acme"),
        ["use case revoked"] = static (doors, world) => doors.Revoke(world, RevocationTarget.UseCase, "lab"),
        ["tenant stopped"] = static (doors, world) => doors.Revoke(world, RevocationTarget.Tenant, "north"),
        ["issuer stopped"] = static (doors, world) => doors.Revoke(world, RevocationTarget.Issuer, "idp"),
        ["token revoked"] = static (doors, world) => doors.Revoke(world, RevocationTarget.TokenHash, Asked.Caller().TokenHash),
        ["agreement ended"] = static (doors, world) =>
            doors.Publish(world, agreement: TestRegistry.Agreement() with { Expires = new DateOnly(2026, 4, 1) }),
        ["use case retired"] = static (doors, world) =>
            doors.Publish(world, useCase: doors.Permitted with { Status = UseCaseStatus.Retired }),
        ["use case ended"] = static (doors, world) =>
            doors.Publish(world, useCase: doors.Permitted with { Expires = new DateOnly(2026, 4, 1) }),
        ["use case changed"] = static (doors, world) =>
            doors.Publish(world, changed: doors.Permitted with { Tenants = ["north", "south", "west"] }),
        ["purpose removed"] = static (doors, world) => doors.Publish(world, useCase: doors.Permitted with { Purposes = ["HPAYMT"] }),
        ["tenant removed"] = static (doors, world) => doors.Publish(world, useCase: doors.Permitted with { Tenants = ["south"] }),
        ["type removed"] = static (doors, world) =>
            doors.Publish(
                world,
                useCase: doors.Permitted with
                {
                    Grants = [.. doors._grants.Select(static one => one with { Types = ["Condition"] })],
                }
            ),
        [MemberRemoved] = static (doors, world) => doors.Publish(world, patient: "18"),
        [TaskClosed] = static (doors, world) => doors.Publish(world, isTaskClosed: true),
        [TokenEnded] = static (_, world) => world.Clock.Advance(TimeSpan.FromMinutes(5)),
    };

    private readonly Grant[] _grants = grants;

    /// <summary>Their names.</summary>
    public static TheoryData<string> Names => [.. All.Keys];

    /// <summary>Those of them that stand in the registry: that a token has ended, whoever checks it says when a request comes.</summary>
    public static TheoryData<string> OfRegistry => [.. All.Keys.Where(static name => name != TokenEnded)];

    private UseCase Permitted => TestRegistry.UseCase(grants: _grants);

    /// <summary>Whether a closing needs a client whose token is for one task.</summary>
    public static bool IsOfTask(string closing) => closing == TaskClosed;

    /// <summary>Opens every door, for a client that comes as it must for one of them to be closed.</summary>
    public void Open(StageWorld world, string? closing = null)
    {
        var caller = Asked.Caller();
        world.Callers.Result = CallerResult.Of(closing is TaskClosed ? caller with { Task = TaskId } : caller);
        Publish(world);
    }

    /// <summary>Closes one.</summary>
    public void Close(StageWorld world, string name) => All[name](this, world);

    /// <summary>Publishes a registry in which everything is as it was, with one row more that is nobody's here.</summary>
    public void ChangeElsewhere(StageWorld world) =>
        Publish(world, more: TestRegistry.Revocation(RevocationTarget.Client, "somebody-else"));

    private static Client Suspended(ClientStatus status) => TestRegistry.Client() with { Status = status };

    private void Revoke(StageWorld world, RevocationTarget target, string value) =>
        Publish(world, more: TestRegistry.Revocation(target, value));

    private void PublishWithout<T>(StageWorld world)
        where T : IRegistryEntity => Publish(world, TestRegistry.Open(Permitted).Where(static one => one is not T), "17", false, []);

    private void Publish(
        StageWorld world,
        Client? client = null,
        UseCase? useCase = null,
        UseCase? changed = null,
        Agreement? agreement = null,
        string patient = "17",
        bool isTaskClosed = false,
        Revocation? more = null
    )
    {
        var entities = TestRegistry.Open(useCase ?? Permitted, client, agreement);
        if (changed is not null)
        {
            // What is there is not what was approved.
            entities = [.. entities.Select(one => one is UseCase ? changed : one)];
        }

        Publish(world, entities, patient, isTaskClosed, more is null ? [] : [more]);
    }

    private static void Publish(
        StageWorld world,
        IEnumerable<IRegistryEntity> entities,
        string patient,
        bool isTaskClosed,
        IReadOnlyList<Revocation> revocations
    )
    {
        var task = new TaskGrant
        {
            Id = TaskId,
            Client = "connector",
            Patient = "17",
            Workflow = "order-1",
            Expires = TestRegistry.Now.AddDays(1),
            ByToken = true,
            Closed = isTaskClosed,
        };
        world.Publish(
            new RegistrySnapshotBuilder().Rebuild(
                TestRegistry.Changes(
                    entities.Append(task).Select(static entity => TestRegistry.Item(entity)),
                    2,
                    [TestRegistry.Member(patient)],
                    revocations
                )
            )
        );
    }
}
