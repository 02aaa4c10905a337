using PhiGateway.Policy.Decisions;

namespace PhiGateway.Fhir.Answers.Bundles;

/// <summary>
/// Sums up what a container holds, so that the container can be judged as one record: all owners, all labels, the highest confidentiality.
/// </summary>
internal sealed class ContainerFacts
{
    private readonly ResourceFacts _sum = new();
    private bool _undetermined;
    private bool _any;

    public void Take(ResourceFacts facts)
    {
        _any = true;
        _undetermined |= facts.Owner == OwnerState.Undetermined;
        for (var i = 0; i < facts.Owners.Count; i++)
        {
            _sum.AddOwner(facts.Owners[i]);
        }

        for (var i = 0; i < facts.Labels.Count; i++)
        {
            _sum.AddLabel(facts.Labels[i]);
        }

        _sum.Raise(facts.Confidentiality);
    }

    /// <summary>Adds the sum to the container's own facts.</summary>
    public void Conclude(ResourceFacts container)
    {
        container.NamesNoPatient = false;
        container.Raise(_sum.Confidentiality);
        for (var i = 0; i < _sum.Labels.Count; i++)
        {
            container.AddLabel(_sum.Labels[i]);
        }

        if (_undetermined || !_any)
        {
            return;
        }

        container.Owner = _sum.Owners.Count == 0 ? OwnerState.NotPatientData : OwnerState.Known;
        for (var i = 0; i < _sum.Owners.Count; i++)
        {
            container.AddOwner(_sum.Owners[i]);
        }
    }
}
