using PhiGateway.Audit.Keeping;
using PhiGateway.Gateway.Egress;
using PhiGateway.Proof.Cosigning;
using PhiGateway.Proof.Witnessing;

namespace PhiGateway.Gateway.Configuration;

/// <summary>Validates what is written about the transparency log, its witnesses and the logs that this node witnesses.</summary>
internal static class LogValidator
{
    /// <summary>Adds every problem found.</summary>
    public static void Validate(GatewayOptions options, Action<string, string> add)
    {
        var log = options.Audit.Log;
        if (log.EvolveEvery < TimeSpan.FromMinutes(1) || log.EvolveEvery > TimeSpan.FromDays(7))
        {
            add("Audit:Log:EvolveEvery", "must be between 1 minute and 7 days.");
        }

        if (log.ExportEvery < TimeSpan.FromSeconds(1) || log.ExportEvery > TimeSpan.FromHours(1))
        {
            add("Audit:Log:ExportEvery", "must be between 1 second and 1 hour.");
        }

        if (log.VerifyEvery < TimeSpan.FromSeconds(1) || log.VerifyEvery > TimeSpan.FromHours(1))
        {
            add("Audit:Log:VerifyEvery", "must be between 1 second and 1 hour.");
        }

        if (log.VerifyRecords is < 1 or > 100_000)
        {
            add("Audit:Log:VerifyRecords", "must be between 1 and 100000.");
        }

        if (log.WitnessEvery < TimeSpan.FromSeconds(1) || log.WitnessEvery > TimeSpan.FromHours(1))
        {
            add("Audit:Log:WitnessEvery", "must be between 1 second and 1 hour.");
        }

        if (log.WitnessQuorum is { } quorum && (quorum < 1 || quorum > log.Witnesses.Count))
        {
            add("Audit:Log:WitnessQuorum", "must be between 1 and the number of witnesses.");
        }

        if (
            options
                .Audit.Keep.YearsOf.Values.Append(options.Audit.Keep.Years)
                .Any(static years => years is < KeepingMonths.LeastYears or > 100)
        )
        {
            add("Audit:Keep:Years", "and YearsOf must be between 6 and 100 years.");
        }

        ValidateWitnesses(options, add);
        var fleet = options.Audit.Fleet;
        if (fleet.Every < TimeSpan.FromSeconds(1) || fleet.Every > TimeSpan.FromHours(1))
        {
            add("Audit:Fleet:Every", "must be between 1 second and 1 hour.");
        }

        if (fleet.Witnessed && log.Witnesses.Count == 0)
        {
            add("Audit:Fleet:Witnessed", "asks the witnesses of Audit:Log:Witnesses, and there are none.");
        }

        if (fleet.Name is { } fleetName && !Proof.Checkpoints.NoteKey.IsName(fleetName))
        {
            add("Audit:Fleet:Name", "must have neither spaces nor a plus.");
        }

        if (options.Audit.Witness.LogsFile is { } file && LogKeyFile.FindFlaw(file) is { } flaw)
        {
            add("Audit:Witness:LogsFile", $"{flaw}.");
        }

        if (options.Audit.Witness.Name is { } name && !Proof.Checkpoints.NoteKey.IsName(name))
        {
            add("Audit:Witness:Name", "must have neither spaces nor a plus.");
        }
    }

    private static void ValidateWitnesses(GatewayOptions options, Action<string, string> add)
    {
        // What is wrong with the list is told where the list is validated.
        var isListGood = options.Egress.Allow.All(static one => Networks.TryParse(one, out _));
        var policy = new EgressPolicy(isListGood ? options.Egress.Allow : null);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < options.Audit.Log.Witnesses.Count; i++)
        {
            var (witness, at) = (options.Audit.Log.Witnesses[i], $"Audit:Log:Witnesses:{i}:");
            if (witness.Name is "" or WitnessPolicy.NoQuorum or "fleet" || !witness.Name.All(IsOfAName))
            {
                add(at + "Name", "is required: lower-case letters, digits and dashes, neither 'none' nor 'fleet'.");
            }

            if (policy.FindFlaw(witness.Address) is { } flaw)
            {
                add(at + "Address", $"{flaw}.");
            }

            if (WitnessKey.Parse(witness.Key) is null)
            {
                add(at + "Key", "must be the key of a witness as it publishes it: name+id+base64.");
            }

            // One witness that counts twice would be a quorum of one, with a key of each algorithm too.
            var of = WitnessKey.Parse(witness.Key)?.Name ?? witness.Key;
            if (!seen.Add("name " + witness.Name) | !seen.Add("key " + of))
            {
                add(at + "Name", "stands twice, or has a key of another witness.");
            }
        }
    }

    private static bool IsOfAName(char c) => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c == '-';
}
