using PhiGateway.Policy.Decisions;
using PhiGateway.Policy.Vocabulary;

namespace PhiGateway.Fhir.Resources;

/// <summary>
/// Sums up what a container (a document, a message, a collection) holds, so that it can be judged as one record: all owners, all labels, the
/// highest confidentiality.
/// </summary>
internal sealed class ContainerFacts
{
    private readonly ResourceFacts _sum = new();
    private readonly List<ResourceFacts> _parts = [];
    private bool _undetermined;
    private bool _namesNoPatient = true;
    private bool _any;

    /// <summary>
    /// What speaks of the rest and names nobody itself (a message's header, the signature of a document): it belongs to whom the whole
    /// belongs. To be judged once that is concluded.
    /// </summary>
    public IReadOnlyList<ResourceFacts> Parts => _parts;

    /// <summary>Takes in a resource that it holds.</summary>
    public void Take(ResourceFacts facts)
    {
        _any = true;
        _sum.Hold(facts);
        if (facts.Owner == OwnerState.Undetermined)
        {
            _undetermined = true;
            _namesNoPatient &= facts.NamesNoPatient;
        }

        for (var i = 0; i < facts.Owners.Count; i++)
        {
            _sum.AddOwner(facts.Owners[i]);
        }

        TakeLabels(facts);
    }

    /// <summary>Takes in a resource that belongs to whom the whole belongs; false when it is none.</summary>
    public bool TryTakePart(ResourceFacts facts)
    {
        if (facts.Owner != OwnerState.Undetermined || !facts.NamesNoPatient || facts.Unjudgeable || !IsOfWhole(facts.Type))
        {
            return false;
        }

        _any = true;
        _sum.Hold(facts);
        TakeLabels(facts);
        var part = new ResourceFacts
        {
            Type = facts.Type,
            Id = facts.Id,
            VersionId = facts.VersionId,
            Confidentiality = facts.Confidentiality,
        };
        for (var i = 0; i < facts.Labels.Count; i++)
        {
            part.AddLabel(facts.Labels[i]);
        }

        for (var i = 0; i < facts.Tokens.Count; i++)
        {
            part.AddToken(facts.Tokens[i]);
        }

        _parts.Add(part);
        return true;
    }

    /// <summary>Adds the sum to the container's own facts, and its owners to those of its parts.</summary>
    public void Conclude(ResourceFacts container)
    {
        container.NamesNoPatient = _undetermined && _namesNoPatient;
        container.HoldAll(_sum);
        container.Raise(_sum.Confidentiality);
        for (var i = 0; i < _sum.Labels.Count; i++)
        {
            container.AddLabel(_sum.Labels[i]);
        }

        if (_any && !_undetermined)
        {
            Own(container);
        }

        foreach (var part in _parts)
        {
            part.NamesNoPatient = container.NamesNoPatient;
            if (!_undetermined)
            {
                Own(part);
            }
        }
    }

    private static bool IsOfWhole(ResourceType type) =>
        ScanProgram.For(type) is { } program && (program.OfTargets || program.Rule == OwnerRule.Indirect);

    private void Own(ResourceFacts facts)
    {
        facts.Owner = _sum.Owners.Count == 0 ? OwnerState.NotPatientData : OwnerState.Known;
        for (var i = 0; i < _sum.Owners.Count; i++)
        {
            facts.AddOwner(_sum.Owners[i]);
        }
    }

    private void TakeLabels(ResourceFacts facts)
    {
        for (var i = 0; i < facts.Labels.Count; i++)
        {
            _sum.AddLabel(facts.Labels[i]);
        }

        _sum.Raise(facts.Confidentiality);
    }
}
