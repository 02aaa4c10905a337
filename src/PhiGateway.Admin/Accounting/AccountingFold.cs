using System.Globalization;
using PhiGateway.Audit.Records;
using PhiGateway.Policy.Registry;
using PhiGateway.RegistryFiles.Documents;

namespace PhiGateway.Admin.Accounting;

/// <summary>
/// Gathers a patient's records, newest first, into the disclosures that are accounted for: one line for each recipient and purpose. One per
/// answer; not thread-safe.
/// </summary>
internal sealed class AccountingFold(AccountingRule rule, WorkingSet set, IReadOnlyList<DisclosureHold> holds, string patient)
{
    // The address among an organization's contacts.
    private const string Address = "address";

    private readonly Dictionary<(string? Organization, string? Client, string? Purpose, string? UseCase, string Class), Line> _lines = [];
    private readonly SortedDictionary<string, long> _leftOut = new(StringComparer.Ordinal);

    /// <summary>Disclosures that a hold keeps back.</summary>
    public long Held { get; private set; }

    /// <summary>Those of them that only holds keep back of which this node has no proof.</summary>
    public long HeldUnproven { get; private set; }

    /// <summary>Excluded releases by class.</summary>
    public IReadOnlyDictionary<string, long> LeftOut => _leftOut;

    /// <summary>Adds one record; what released nothing is passed over.</summary>
    public void Add(AuditRecord record)
    {
        var isRelease = record.Kind == AuditKind.Disclosure || record is { Kind: AuditKind.Outcome, ResourceCount: > 0 };
        if (!isRelease)
        {
            return;
        }

        // Older records have no class of their own: the purpose that counted says the same.
        var accounting = record.Accounting ?? AccountingClass.Of(record.Purpose, IsOwn(set, record.Organization));
        if (!rule.Covers(record, accounting))
        {
            _leftOut[accounting] = _leftOut.GetValueOrDefault(accounting) + 1;
            return;
        }

        if (IsHeld(record.Organization))
        {
            return;
        }

        var key = (record.Organization, record.Organization is null ? record.Client : null, record.Purpose, record.UseCase, accounting);
        if (!_lines.TryGetValue(key, out var line))
        {
            _lines[key] = line = new Line();
        }

        line.Add(record);
        line.Ground.Add(record, patient);
    }

    private bool IsHeld(string? organization)
    {
        var covering = holds.Where(hold => hold.Covers(organization)).ToList();
        if (covering.Count == 0)
        {
            return false;
        }

        Held++;
        if (covering.TrueForAll(static hold => hold.IsUnproven == true))
        {
            HeldUnproven++;
        }

        return true;
    }

    /// <summary>The lines, by their first moment.</summary>
    public IReadOnlyList<AccountedDisclosure> Lines() =>
        [
            .. _lines
                .Select(pair =>
                    Render(pair.Key.Organization, pair.Key.Client, pair.Key.Purpose, pair.Key.UseCase, pair.Key.Class, pair.Value)
                )
                .OrderBy(static line => line.First)
                .ThenBy(static line => line.Recipient, StringComparer.Ordinal),
        ];

    private AccountedDisclosure Render(string? organization, string? client, string? purpose, string? useCase, string accounting, Line line)
    {
        var known = organization is null ? null : set.Find<Organization>(RegistryKind.Organization, organization);
        return new AccountedDisclosure(
            known?.Name ?? organization ?? client ?? "not known",
            known?.Contacts.GetValueOrDefault(Address),
            organization,
            PurposeWords.Of(purpose, useCase is null ? null : set.Find<UseCase>(RegistryKind.UseCase, useCase)?.Title),
            purpose,
            line.Describe(),
            line.Count,
            line.First!.Value.At,
            line.Last!.Value.At,
            accounting,
            [.. new[] { line.First.Value.Id, line.Last.Value.Id }.Distinct()],
            line.Ground.Of()
        );
    }

    /// <summary>Whether an organization is a part of the hospital.</summary>
    internal static bool IsOwn(WorkingSet set, string? organization) =>
        organization is not null && set.Find<Organization>(RegistryKind.Organization, organization) is { Kind: OrganizationKind.Internal };

    private sealed class Line
    {
        private readonly SortedDictionary<string, long> _types = new(StringComparer.Ordinal);
        private long _unlisted;

        // Of several patients at once it cannot be said which record was whose.
        private bool _isShared;

        public GroundFold Ground { get; } = new();

        public long Count { get; private set; }

        public (DateTimeOffset At, Guid Id)? First { get; private set; }

        public (DateTimeOffset At, Guid Id)? Last { get; private set; }

        public void Add(AuditRecord record)
        {
            Count++;
            Last ??= (record.Time, record.Id);
            First = (record.Time, record.Id);
            _isShared |= record.Patients.Count > 1;
            _unlisted += Math.Max(0, record.ResourceCount - record.Resources.Count);
            foreach (var resource in record.Resources)
            {
                var slash = resource.IndexOf('/', StringComparison.Ordinal);
                var type = slash < 0 ? resource : resource[..slash];
                _types[type] = _types.GetValueOrDefault(type) + 1;
            }
        }

        public string Describe()
        {
            var words = string.Join(
                ", ",
                _types.Select(type => _isShared ? type.Key : string.Create(CultureInfo.InvariantCulture, $"{type.Key} ({type.Value})"))
            );
            if (words.Length == 0)
            {
                return "health records";
            }

            return _unlisted == 0 ? words : string.Create(CultureInfo.InvariantCulture, $"{words} and {_unlisted} more");
        }
    }
}
