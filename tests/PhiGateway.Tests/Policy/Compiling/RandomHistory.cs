using System.Globalization;
using PhiGateway.Policy.Registry;
using PhiGateway.Tests.Policy.Snapshot;

namespace PhiGateway.Tests.Policy.Compiling;

/// <summary>A history of changes on few ids, so that they meet: documents come, go, contradict each other and cannot be read.</summary>
internal sealed class RandomHistory(int seed)
{
    internal static readonly string[] ClientIds = ["c1", "c2", "c3", "shared"];
    internal static readonly string[] Patients = ["1", "2", "3", "4"];
    internal static readonly string[] RevocationValues = ["c1", "c2", "u1", "o1", "cred1"];

    private readonly Random _random = new(seed);
    private readonly Dictionary<(RegistryKind Kind, string Id), RegistryItem> _items = [];
    private readonly Dictionary<(string Roster, string Patient), RosterMemberChange> _members = [];
    private readonly List<Revocation> _revocations = [];

    internal RegistryChanges Next(long revision)
    {
        var changes = _random.Next(1, 4);
        var items = new List<RegistryItem>();
        var members = new List<RosterMemberChange>();
        var revocations = new List<Revocation>();
        for (var change = 0; change < changes; change++)
        {
            switch (_random.Next(10))
            {
                case 0:
                    var member = TestRegistry.Member(Pick(Patients), Pick("r1", "r2"), _random.Next(3) == 0);
                    _members[(member.Member.Roster, member.Member.Patient.Value!)] = member;
                    members.Add(member);
                    break;
                case 1:
                    var revocation = TestRegistry.Revocation(
                        Pick([.. Enum.GetValues<RevocationTarget>().Where(static target => target != RevocationTarget.IssuedBefore)]),
                        Pick(RevocationValues),
                        lifted: _random.Next(2) == 0,
                        number: _revocations.Count
                    );
                    _revocations.Add(revocation);
                    revocations.Add(revocation);
                    break;
                default:
                    var item = NextItem(revision);
                    if (!items.Exists(other => other.Kind == item.Kind && other.Id == item.Id))
                    {
                        _items[(item.Kind, item.Id)] = item;
                        items.Add(item);
                    }

                    break;
            }
        }

        return TestRegistry.Changes(items, revision, members, revocations);
    }

    internal RegistryChanges Everything(long revision) =>
        TestRegistry.Changes(_items.Values, revision, _members.Values.Where(static member => !member.Removed), _revocations);

    private RegistryItem NextItem(long revision)
    {
        var item = TestRegistry.Item(NextEntity(), revision, _random.Next(6) == 0);
        return _random.Next(12) == 0 && !item.Deleted
            ? item with
            {
                Json = Pick(
                    "{",
                    "null",
                    "[]",
                    $$"""{"id":"{{item.Id}}","client":"c1"}""",
                    $$"""{"id":"{{item.Id}}","client":"c2","more":1}"""
                ),
            }
            : item;
    }

    private IRegistryEntity NextEntity()
    {
        var client = Pick("c1", "c2", "c3");
        return _random.Next(11) switch
        {
            0 => TestRegistry.Organization(Pick("o1", "o2")) with
            {
                Modules = [Pick("m@1", "m@2")],
                Status = Pick(OrganizationStatus.Active, OrganizationStatus.Suspended),
            },
            1 => TestRegistry.Agreement(Pick("a1", "a2"), Pick("o1", "o2")) with
            {
                CrossBorder = _random.Next(2) == 0,
                Expires = new DateOnly(Pick(2025, 2027), 1, 1),
            },
            2 or 3 => TestRegistry.UseCase(
                Pick("u1", "u2"),
                Pick("o1", "o2"),
                Pick("a1", "a2"),
                TestRegistry.Grant(Pick("r1", "r2")) with
                {
                    Types = [Pick("Observation", "Condition", "Nonsense")],
                }
            ),
            4 or 5 => TestRegistry.Client(client, Pick("u1", "u2")) with
            {
                Environment = Pick("production", "production", "test"),
                Status = Pick(ClientStatus.Active, ClientStatus.Suspended),
            },
            6 => TestRegistry.Credential(Pick("cred1", "cred2", "cred3"), client, Pick(client, "shared")),
            7 => TestRegistry.Roster(Pick("r1", "r2")),
            8 => TestRegistry.Approval(new string(Pick('a', 'b'), 64), Pick("ap1", "ap2", "ap3"), client) with
            {
                ApprovedAt = TestRegistry.Now.AddDays(-_random.Next(100)),
            },
            9 => new Review
            {
                Id = Pick("rev1", "rev2"),
                Client = client,
                On = DateOnly.FromDateTime(TestRegistry.Now.UtcDateTime).AddDays(-_random.Next(50)),
                By = "x",
                Decision = Pick(ReviewDecision.Keep, ReviewDecision.Remove),
            },
            _ => new TaskGrant
            {
                Id = Pick("t1", "t2"),
                Client = client,
                Patient = Pick(Patients),
                Workflow = _random.Next(9).ToString(CultureInfo.InvariantCulture),
                Expires = TestRegistry.Now.AddDays(1),
                Resource = Pick(null, "Observation/1", "x"),
            },
        };
    }

    private T Pick<T>(params T[] choices) => choices[_random.Next(choices.Length)];
}
