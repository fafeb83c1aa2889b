import { Component, type ReactNode } from 'react';

interface FaultBoundaryProps {
  /** What is inside, for the person who reads that it failed. */
  readonly name: string;
  readonly children: ReactNode;
}

/** Keeps a fault of one panel in that panel: whatever cannot be drawn, the mode and what stops the machine stay on the screen. */
export class FaultBoundary extends Component<FaultBoundaryProps, { readonly fault: string | null }> {
  override state: { readonly fault: string | null } = { fault: null };

  static getDerivedStateFromError(error: unknown): { readonly fault: string } {
    return { fault: error instanceof Error ? error.message : String(error) };
  }

  override render(): ReactNode {
    const { fault } = this.state;
    if (fault === null) return this.props.children;
    return (
      <div role="alert" className="fault">
        <p>
          <strong>▲ {this.props.name} cannot be drawn.</strong> The desk and its controls are not touched by it.
        </p>
        <p className="quiet">{fault}</p>
        <button type="button" className="button" onClick={() => this.setState({ fault: null })}>
          Try again
        </button>
      </div>
    );
  }
}
