import type { TopicValue } from '../../../src-shared/contract/topics.ts';

/** The links to the venues, and how many of their order books are proven complete. */
export function Venues({ venues }: Pick<TopicValue<'status'>, 'venues'>) {
  return (
    <table className="table health-table">
      <thead>
        <tr>
          <th scope="col">Venue</th>
          <th scope="col">Link</th>
          <th scope="col">Proven books</th>
        </tr>
      </thead>
      <tbody>
        {venues.map(({ venue, up, provenBooks, books }) => (
          <tr key={venue}>
            <th scope="row">{venue}</th>
            <td>{up ? '● up' : <strong className="mark mark-full">■ down: open orders are unwatched</strong>}</td>
            <td>
              {provenBooks} of {books}
              {provenBooks < books && <strong className="mark mark-high"> ▲ no orders without a proven book</strong>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
